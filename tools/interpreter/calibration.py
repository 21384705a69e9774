"""How far a model's own probabilities are to be believed.

A fine-tuned model may be surer of its choices, or less sure, than it is right on texts of other
people. A temperature for each choice (Guo et al., On
Calibration of Modern Neural Networks, 2017) and a logistic curve over all of them together (Platt,
Probabilistic Outputs for Support Vector Machines, 1999) put that right. They are found on texts
that it was not trained on, are kept beside its adapter and change no choice.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from camara_qod.tools.errors import ModelError

CALIBRATION = "calibration.json"
_ALMOST = 1e-9


@dataclass(frozen=True)
class Calibration:
    """From a model's scores to how often it is right; what stands here changes nothing.

    Attributes:
        temperature: what the logits of a choice are divided by.
        slope: of the curve over the probability of all choices together, in log odds; above 0.
        offset: the log odds that an even chance becomes.
    """

    temperature: float = 1.0
    slope: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        values = (self.temperature, self.slope, self.offset)
        if min(values[:2]) <= 0 or not all(map(math.isfinite, values)):
            raise ValueError(f"{self} is no calibration")

    def confidence(self, joint: float) -> float:
        """How often answers are right of which all choices together have this probability, 0 to 1.

        Where nothing was free there is nothing to be unsure of.
        """
        if joint >= 1:
            return 1.0
        joint = max(joint, _ALMOST)
        odds = self.slope * math.log(joint / (1 - joint)) + self.offset
        return 0.5 * (1 + math.tanh(odds / 2))


def calibration_beside(adapter: Path | str | None) -> Calibration:
    """The calibration in an adapter's folder; one that changes nothing where there is none.

    Args:
        adapter: a folder; an id of Hugging Face's hub has none.

    Raises:
        ModelError: the file is there and is none.
    """
    path = Path(adapter) / CALIBRATION if adapter else None
    if path is None or not path.is_file():
        return Calibration()
    try:
        found = json.loads(path.read_bytes())
        return Calibration(
            float(found["temperature"]),
            float(found.get("slope", 1)),
            float(found.get("offset", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{path} names no temperature and slope above 0: write it with `qod-train calibrate`, "
            "or remove it, and confidences are the model's own."
        ) from error
