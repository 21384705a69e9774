"""How often the plugin is right, on cases that nobody trained on."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Decision
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.operations import DELETE
from camara_qod.tools.interpreter.reading.mention import Mention
from camara_qod.tools.settings import QodSettings
from camara_qod.training.evaluation.cases import Case
from camara_qod.training.evaluation.hallucination import hallucinated_fields, hallucinated_values
from camara_qod.training.evaluation.metrics import (
    confusion,
    kind,
    latency,
    macro_f1,
    risk_coverage,
    share,
)
from camara_qod.training.evaluation.open_schema import ARGUMENTS, OPEN_SCHEMA
from camara_qod.training.evaluation.ways import Attempt, Way, attempts

_OPEN = Draft202012Validator(OPEN_SCHEMA)


@dataclass(frozen=True)
class Result:
    """One case and what became of it.

    `decision` is complete, or `None` where what the model wrote is none; `valid_json` says that it
    is a JSON object, `compliant` that the specification allows it.
    """

    case: Case
    attempt: Attempt
    decision: Decision | None
    valid_json: bool
    hallucinated_fields: list[str] = field(default_factory=list)
    hallucinated_values: list[str] = field(default_factory=list)

    @property
    def compliant(self) -> bool:
        """Whether there is a decision that the specification allows."""
        return self.decision is not None

    @property
    def correct(self) -> bool:
        """Operation and arguments are equal after completion."""
        return _wire(self.decision) == self.case.expected.model_dump()

    def argument_right(self, name: str) -> bool:
        """Whether one of the expected arguments is equal."""
        got = self.decision.arguments.get(name) if self.decision else None
        return bool(got == self.case.expected.arguments[name])

    def record(self) -> dict[str, Any]:
        """The case's entry in the report."""
        seconds = self.attempt.seconds
        confidence = self.attempt.confidence
        language = self.case.language
        return {
            "id": self.case.id,
            "tag": self.case.tag,
            **({"language": language} if language else {}),
            "expected": self.case.expected.model_dump(),
            "decision": _wire(self.decision) or {"error": self.attempt.error or self.attempt.text},
            "correct": self.correct,
            "confidence": None if confidence is None else round(confidence, 4),
            "seconds": None if seconds is None else round(seconds, 3),
        }


def _wire(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {"operation": decision.operation, "arguments": decision.arguments}


def evaluate(
    way: Way,
    decoder: Decoder,
    model: Any,
    cases: Sequence[Case],
    settings: QodSettings,
    catalogue: Catalogue,
    batch: int = 1,
) -> list[Result]:
    """Decide every case; an error counts as a wrong decision, not as the end.

    Args:
        way: how the model is held while it decodes.
        decoder: constrained decoding with that model.
        model: the model itself.
        cases: in the names of that catalogue.
        settings: defaults and policies.
        catalogue: the operator's profiles.
        batch: how many are decided together.
    """
    contexts = [case.context(catalogue, settings) for case in cases]
    made = attempts(way, decoder, model, contexts, batch)
    return [
        _result(case, context, attempt)
        for case, context, attempt in zip(cases, contexts, made, strict=True)
    ]


def _result(case: Case, context: Context, attempt: Attempt) -> Result:
    try:
        emitted = json.loads(attempt.text)
    except ValueError:
        emitted = None
    return Result(
        case,
        attempt,
        _decision(emitted, context, attempt.mentions),
        isinstance(emitted, dict),
        hallucinated_fields(emitted),
        hallucinated_values(emitted, context),
    )


def _decision(
    emitted: Any, context: Context, mentions: Mapping[str, tuple[Mention, ...]]
) -> Decision | None:
    """The complete decision, unless the specification forbids what was emitted."""
    if not _OPEN.is_valid(emitted) and not _names_a_profile(emitted, context):
        return None
    try:
        chosen = Decision(emitted["operation"], emitted["arguments"])
        decision = complete(chosen, context, mentions).decision
        if decision.operation not in (CLARIFY, DECLINE):
            ARGUMENTS[decision.operation].model_validate(decision.arguments)
    except (ValidationError, ValueError, KeyError):
        return None
    return decision


def _names_a_profile(emitted: Any, context: Context) -> bool:
    """Whether it holds but for an operator's own profile name, as the user may write one."""
    if not isinstance(emitted, dict) or not isinstance(emitted.get("arguments"), dict):
        return False
    named = {"qosProfile", "name"} & set(emitted["arguments"])
    own = {name: None for name in named if emitted["arguments"][name] in context.catalogue.names}
    return bool(own) and _OPEN.is_valid(emitted | {"arguments": emitted["arguments"] | own})


#: Arguments that are reported; the others are too rare for a figure.
FIELDS = (
    "device",
    "applicationServer",
    "devicePorts",
    "applicationServerPorts",
    "qosProfile",
    "duration",
    "sessionId",
    "requestedAdditionalDuration",
    "name",
    "missing",
)


def report(results: Sequence[Result]) -> dict[str, Any]:
    """All figures, in total, per tag and per language, and every case in the file's order."""
    return {
        "exact_match": share(result.correct for result in results)["value"],
        "count": len(results),
        **_figures(results),
        "tags": _apart(results, lambda case: case.tag),
        "languages": _apart(results, lambda case: case.language),
        "cases": [result.record() for result in results],
    }


def _apart(
    results: Sequence[Result], group: Callable[[Case], str | None]
) -> dict[str, dict[str, Any]]:
    """The figures of each group, in the order of the file; cases of none are left out."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        if name := group(result.case):
            groups.setdefault(name, []).append(result)
    return {name: _figures(some) for name, some in groups.items()}


def _figures(results: Sequence[Result]) -> dict[str, Any]:
    expected = [kind(result.case.expected.operation) for result in results]
    decided = [kind(result.decision.operation if result.decision else None) for result in results]
    confident = [result for result in results if result.attempt.confidence is not None]
    seconds = [result.attempt.seconds for result in results if result.attempt.seconds is not None]
    return {
        "exact": share(result.correct for result in results),
        "operation": share(_operation_right(result) for result in results),
        "wrong_acts": share(_acts_wrongly(result) for result in results),
        "wrong_deletions": share(_deletes_wrongly(result) for result in results),
        "fields": dict(_fields(results)),
        "kind": macro_f1(expected, decided) | {"confusion": confusion(expected, decided)},
        "valid_json": share(result.valid_json for result in results),
        "compliant": share(result.compliant for result in results),
        "hallucinated_fields": share(bool(result.hallucinated_fields) for result in results),
        "hallucinated_values": share(bool(result.hallucinated_values) for result in results),
        "hallucinated": share(
            bool(result.hallucinated_fields or result.hallucinated_values) for result in results
        ),
        "calibration": risk_coverage(
            [result.attempt.confidence or 0.0 for result in confident],
            [result.correct for result in confident],
        )
        if confident
        else None,
        "seconds": latency(seconds) if seconds else None,
    }


def _operation_right(result: Result) -> bool:
    return (
        result.decision is not None and result.decision.operation == result.case.expected.operation
    )


def _acts_wrongly(result: Result) -> bool:
    """Whether it calls the API where a question, a refusal or another operation was due."""
    return result.decision is not None and result.decision.acts and not _operation_right(result)


def _deletes_wrongly(result: Result) -> bool:
    """Whether it ends a session that was not to be ended."""
    deletes = result.decision is not None and result.decision.operation == DELETE
    return deletes and not result.correct


def _fields(results: Sequence[Result]) -> Iterable[tuple[str, dict[str, Any]]]:
    for name in FIELDS:
        asked = [result for result in results if name in result.case.expected.arguments]
        if asked:
            yield name, share(result.argument_right(name) for result in asked)
