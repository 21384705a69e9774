"""What was measured of a model, and how it was trained: reports and manifests, read whole."""

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from camara_qod.tools.errors import TrainingError
from camara_qod.tools.faults import faults
from camara_qod.training.corpus.lines import read_json

#: The report of the last stage that there is, and of texts of people who knew nothing of the data.
BEST = ("dpo-grounded", "sft-grounded")
STRANGERS = "strangers"
#: Other reports are named by both, such as `sft-free`.
STAGES, WAYS = ("base", "sft", "dpo"), ("free", "schema", "grounded")


class _Document(BaseModel):
    """What pages, plots and cards read of a file; it may hold more."""

    # The file's own values are read on: what is no number there is none for us.
    model_config = ConfigDict(strict=True)


class _Share(_Document):
    """What `metrics.share` makes of cases."""

    value: float
    low: float
    high: float
    count: int


class _ShareOfAny(_Document):
    """The same where there may be no cases: then it has no numbers."""

    value: float | None
    low: float | None
    high: float | None
    count: int

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        if len({number is None for number in (self.value, self.low, self.high)}) > 1:
            raise ValueError("value, low and high belong together")
        return self


class _Group(_Document):
    exact: _Share
    wrong_acts: _Share


class _Point(_Document):
    coverage: float
    value: float


class _Calibration(_Document):
    at_90: _Share
    sure: _ShareOfAny
    curve: list[_Point]
    brier: float


class _Case(_Document):
    id: str
    expected: dict[str, Any]
    decision: dict[str, Any]
    correct: bool
    confidence: float | None


class _Report(_Document):
    way: str
    cases_file: str
    count: int = Field(gt=0)
    exact: _Share
    operation: _Share
    valid_json: _Share
    compliant: _Share
    hallucinated_fields: _Share
    hallucinated_values: _Share
    hallucinated: _Share
    wrong_acts: _Share
    wrong_deletions: _Share
    fields: dict[str, _Share]
    tags: dict[str, _Group]
    languages: dict[str, _Group] = {}
    kind: dict[str, Any]
    #: Decoding without a grammar tells no confidence, and decoding in batches no time.
    calibration: _Calibration | None
    seconds: dict[str, float] | None
    cases: list[_Case]


class _Entry(_Document):
    """Of the trainer's log; not each has a loss, and some trainers write one as text."""

    step: int = Field(gt=0)
    loss: float = Field(default=0, strict=False)


class _Manifest(_Document):
    stage: str
    recipe: dict[str, Any]
    seed: int
    packages: dict[str, str]
    seconds: float
    peak_memory_mb: float
    log: list[_Entry]
    examples: int | None = None
    pairs: dict[str, int] | None = None

    @model_validator(mode="after")
    def _of_a_stage(self) -> Self:
        lacking = [part for part in (self.stage, "lora") if part not in self.recipe]
        if lacking:
            raise ValueError(f"its recipe has no part {lacking[0]}")
        if self.examples is None and self.pairs is None:
            raise ValueError("it has neither examples nor pairs")
        return self


def read_report(path: Path) -> dict[str, Any]:
    """A report of `qod-train evaluate`.

    Raises:
        TrainingError: it cannot be read, or is none.
    """
    return _read(path, _Report, "report of `qod-train evaluate`")


def read_manifest(path: Path) -> dict[str, Any]:
    """The `manifest.json` of a training run.

    Raises:
        TrainingError: it cannot be read, or is none.
    """
    return _read(path, _Manifest, "manifest of a training run")


def _read(path: Path, kind: type[_Document], what: str) -> dict[str, Any]:
    value = read_json(path)
    if fault := _misshapen(value, kind):
        raise TrainingError(f"{path} is no {what} ({fault}): write it again, or name another.")
    found: dict[str, Any] = value
    return found


def _misshapen(value: Any, kind: type[_Document]) -> str | None:
    """What keeps a value from being such a document, if anything does."""
    needed = [name for name, field in kind.model_fields.items() if field.is_required()]
    lacking = [name for name in needed if not isinstance(value, dict) or name not in value]
    if lacking:
        return f"it lacks {', '.join(lacking)}"
    try:
        kind.model_validate(value)
    except ValidationError as error:
        # Names of fields and tags are no part of the schema, and places are told by them.
        return faults(error)
    return None
