"""How a model becomes as sure as it is right, on texts that it was not trained on."""

import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch.nn import functional

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.errors import RequestTooLong, TrainingError
from camara_qod.tools.interpreter.calibration import CALIBRATION, Calibration
from camara_qod.tools.interpreter.certainty import deciding
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.deciding import Emission, decide
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.grammar import Trace, probability
from camara_qod.tools.screen import screen
from camara_qod.training.corpus.dataset import Record, demo_settings
from camara_qod.training.evaluation.cases import Case
from camara_qod.training.stages.run import explained

_T = TypeVar("_T")

#: From half as sure to four times less sure than the model's own probabilities are.
_GRID = np.geomspace(0.5, 4.0, 85)
_ALMOST = 1e-6
_HELD = 1e-3
_FLATTEST = 0.05
#: Fewer tell nothing.
_LEAST = 50


@dataclass(frozen=True)
class Outcome:
    """A decision: the logits of each free choice, the chosen token's first, and how it ended."""

    scores: Sequence[NDArray[np.float32]]
    right: bool

    def joint(self, temperature: float) -> float:
        """Probability of all choices together at a temperature."""
        return float(np.prod([probability(item, temperature) for item in self.scores]))


@dataclass(frozen=True)
class Fitted:
    """What was found, on how many decisions it rests, and their mean log loss."""

    calibration: Calibration
    decisions: int
    right: int
    log_loss_before: float
    log_loss: float


def outcomes(decoder: Decoder, records: Iterable[Record]) -> list[Outcome]:
    """Decide each conversation, and compare with its label.

    Args:
        decoder: under the adapter that is calibrated.
        records: conversations that it was not trained on.
    """
    return [
        _outcome(made, made.pointed.decision == made.offer.pointed(record.answer).decision)
        for record in _shown(records)
        for made in [decide(decoder, record.context)]
    ]


def outcomes_of_cases(decoder: Decoder, cases: Iterable[Case]) -> list[Outcome]:
    """The same of evaluation cases: what is compared is the complete decision.

    Args:
        decoder: under the adapter that is calibrated.
        cases: in the names of the demo operator; one that cannot be decided tells nothing.
    """
    catalogue, settings = load_catalogue(), demo_settings()
    found = []
    for case in _shown(cases):
        context = case.context(catalogue, settings)
        with contextlib.suppress(RequestTooLong):
            made = decide(decoder, context)
            decision = complete(made.pointed.decision, context, made.pointed.mentions).decision
            found.append(_outcome(made, decision == Decision(**case.expected.model_dump())))
    return found


def _outcome(made: Emission, right: bool) -> Outcome:
    trace = cast(Trace, made.trace)
    return Outcome(trace.scores[: deciding(made.text, trace.offsets)], right)


def _shown(items: Iterable[_T]) -> Iterable[_T]:
    return track(list(items), "Deciding", console=screen(stderr=True))


def fit(found: Sequence[Outcome]) -> Fitted:
    """The temperature of least log loss, and the curve on top of it.

    Raises:
        TrainingError: there are too few decisions to tell.
    """
    check(len(found))
    right = np.array([item.right for item in found])
    plain = [np.array([item.joint(temperature) for item in found]) for temperature in _GRID]
    best = int(np.argmin([_log_loss(joint, right) for joint in plain]))
    slope, offset = _curve(plain[best], right)
    calibration = Calibration(round(float(_GRID[best]), 3), round(slope, 3), round(offset, 3))
    joint = [item.joint(calibration.temperature) for item in found]
    sure = np.array([calibration.confidence(item) for item in joint])
    return Fitted(
        calibration,
        decisions=len(found),
        right=int(right.sum()),
        log_loss_before=round(_log_loss(np.array([item.joint(1.0) for item in found]), right), 4),
        log_loss=round(_log_loss(sure, right), 4),
    )


def _curve(joint: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset, in log odds, of the logistic curve of least log loss.

    Held a little to the line that changes nothing, as a few decisions that are all right have none.
    """
    odds = torch.logit(torch.from_numpy(joint), eps=_ALMOST)
    target = torch.from_numpy(right).double()
    line = torch.tensor([1.0, 0.0], dtype=torch.float64)
    curve = line.clone().requires_grad_()
    optimizer: Any = torch.optim.LBFGS([curve], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        fitted = functional.binary_cross_entropy_with_logits(curve[0] * odds + curve[1], target)
        held: Any = fitted + _HELD * ((curve - line) ** 2).sum()
        held.backward()
        return held

    optimizer.step(loss)
    slope, offset = curve.tolist()
    return max(slope, _FLATTEST), offset


def check(decisions: int) -> None:
    """Refuse to calibrate on less than tells something.

    Raises:
        TrainingError: there are too few decisions.
    """
    if decisions < _LEAST:
        raise TrainingError(
            f"{decisions} decisions are too few to calibrate with: name a file of {_LEAST} cases "
            "at least with --cases, or raise `validation_examples` in the recipe to as many."
        )


def _log_loss(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    held = sure.clip(_ALMOST, 1 - _ALMOST)
    return float(-np.log(np.where(right, held, 1 - held)).mean())


def write(found: Fitted, adapter: Path) -> Path:
    """Keep it beside the adapter."""
    path = adapter / CALIBRATION
    with explained(path, "see to it that the folder may be written to"):
        path.write_text(json.dumps(_flat(found), indent=1) + "\n", encoding="utf-8")
    return path


def _flat(found: Fitted) -> dict[str, float]:
    told = asdict(found)
    return {**told.pop("calibration"), **told}
