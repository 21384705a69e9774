"""What was measured of a model, and how it was trained: reports and manifests, read whole."""

from pathlib import Path
from typing import Any

from camara_qod.tools.errors import TrainingError
from camara_qod.training.corpus.lines import read_json

#: The report of the last stage that there is, and of texts of people who knew nothing of the data.
BEST = ("dpo-grounded", "sft-grounded")
STRANGERS = "strangers"
_REPORT = (
    "way",
    "cases_file",
    "count",
    "exact",
    "fields",
    "tags",
    "kind",
    "calibration",
    "seconds",
    "cases",
)
_MANIFEST = ("stage", "recipe", "seed", "packages", "seconds", "peak_memory_mb", "log")


def read_report(path: Path) -> dict[str, Any]:
    """A report of `qod-train evaluate`.

    Raises:
        TrainingError: it cannot be read, or is none.
    """
    return _read(path, _REPORT, "report of `qod-train evaluate`")


def read_manifest(path: Path) -> dict[str, Any]:
    """The `manifest.json` of a training run.

    Raises:
        TrainingError: it cannot be read, or is none.
    """
    return _read(path, _MANIFEST, "manifest of a training run")


def _read(path: Path, keys: tuple[str, ...], what: str) -> dict[str, Any]:
    value = read_json(path)
    lacking = [key for key in keys if key not in value] if isinstance(value, dict) else list(keys)
    if lacking:
        raise TrainingError(
            f"{path} is no {what} (it lacks {', '.join(lacking)}): write it again, or name another."
        )
    found: dict[str, Any] = value
    return found
