"""How far a model's own probabilities are to be believed.

A fine-tuned model is surer of its choices than it is right on texts of other people. One
temperature, found on texts that it was not trained on and kept beside its adapter, puts that right
(Guo et al., On Calibration of Modern Neural Networks, 2017). It changes no choice.
"""

import json
from pathlib import Path

from camara_qod.tools.errors import ModelError

CALIBRATION = "calibration.json"


def temperature_beside(adapter: Path | str | None) -> float:
    """The temperature in an adapter's folder; 1, which changes nothing, where there is none.

    Args:
        adapter: a folder; an id of Hugging Face's hub has none.

    Raises:
        ModelError: the file is there and names no temperature.
    """
    path = Path(adapter) / CALIBRATION if adapter else None
    if path is None or not path.is_file():
        return 1.0
    try:
        temperature = float(json.loads(path.read_bytes())["temperature"])
    except (ValueError, KeyError, TypeError):
        temperature = 0.0
    if not 0 < temperature < float("inf"):
        raise ModelError(
            f"{path} names no temperature above 0: write it with `qod-train calibrate`, or remove "
            "it, and confidences are the model's own."
        )
    return temperature
