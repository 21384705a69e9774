"""The temperature at which a model is as sure as it is right, on texts it was not trained on."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from camara_qod.tools.errors import TrainingError
from camara_qod.tools.interpreter.calibration import CALIBRATION
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.grammar import probability
from camara_qod.tools.interpreter.offering.notation import KIND, places, read
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.prompt import labelled
from camara_qod.tools.screen import screen
from camara_qod.training.corpus.dataset import Record
from camara_qod.training.stages.run import explained

#: From half as sure to four times less sure than the model's own probabilities are.
_GRID = np.geomspace(0.5, 4.0, 85)
_ALMOST = 1e-6
#: Fewer tell nothing.
_LEAST = 50


@dataclass(frozen=True)
class Outcome:
    """A decision: the logits of each free choice, the chosen token's first, and how it ended."""

    scores: Sequence[NDArray[np.float32]]
    right: bool

    def confidence(self, temperature: float) -> float:
        """Probability of all choices together at a temperature."""
        return float(np.prod([probability(item, temperature) for item in self.scores]))


@dataclass(frozen=True)
class Calibration:
    """What was found: the temperature, how many decisions it rests on, and their mean log loss."""

    temperature: float
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
    made = []
    for record in track(list(records), "Deciding", console=screen(stderr=True)):
        offer = Offer(record.context)
        text, trace = decoder.decode(labelled(record.context, offer.labels), offer.schema)
        right = offer.pointed(read(text)).decision == offer.pointed(record.answer).decision
        made.append(Outcome(trace.scores[: _deciding(text, trace.offsets)], right))
    return made


def _deciding(text: str, offsets: Sequence[int]) -> int:
    """How many choices decide what is done: the kind of a refusal only decides what is said."""
    end = next((at for at, name in places(text) if name == KIND), len(text))
    return sum(offset < end for offset in offsets)


def fit(found: Sequence[Outcome]) -> Calibration:
    """The temperature of least log loss between confidence and being right.

    Raises:
        TrainingError: there are too few decisions to tell.
    """
    check(len(found))
    losses = [_log_loss(found, temperature) for temperature in _GRID]
    best = int(np.argmin(losses))
    return Calibration(
        temperature=round(float(_GRID[best]), 3),
        decisions=len(found),
        right=sum(item.right for item in found),
        log_loss_before=round(_log_loss(found, 1.0), 4),
        log_loss=round(losses[best], 4),
    )


def check(decisions: int) -> None:
    """Refuse to calibrate on less than tells something.

    Raises:
        TrainingError: there are too few decisions.
    """
    if decisions < _LEAST:
        raise TrainingError(
            f"{decisions} decisions are too few to calibrate with: raise `validation_examples` in "
            f"the recipe to {_LEAST} at least."
        )


def _log_loss(found: Sequence[Outcome], temperature: float) -> float:
    sure = np.array([item.confidence(temperature) for item in found]).clip(_ALMOST, 1 - _ALMOST)
    right = np.array([item.right for item in found])
    return float(-np.log(np.where(right, sure, 1 - sure)).mean())


def write(found: Calibration, adapter: Path) -> Path:
    """Keep it beside the adapter."""
    path = adapter / CALIBRATION
    with explained(path, "make room, or see to it that the folder may be written to"):
        path.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")
    return path
