"""How often the plugin is right, on cases that nobody trained on."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from camara_qod.tools.errors import QodError, SettingsError
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.training.dataset import read_jsonl


@dataclass(frozen=True)
class Result:
    """One case and what became of it."""

    case: dict[str, Any]
    decision: dict[str, Any]
    confidence: float
    seconds: float

    @property
    def correct(self) -> bool:
        """Operation and arguments are equal after completion."""
        return bool(self.decision == self.case["expected"])

    def record(self) -> dict[str, Any]:
        """The case's entry in the report."""
        return {
            "id": self.case["id"],
            "tag": self.case["tag"],
            "expected": self.case["expected"],
            "decision": self.decision,
            "correct": self.correct,
            "confidence": round(self.confidence, 4),
            "seconds": round(self.seconds, 3),
        }


def read_cases(path: Path) -> list[dict[str, Any]]:
    """Evaluation cases: `{"id", "messages", "expected", "tag"}`, one JSON object a line.

    Raises:
        SettingsError: the file is missing or a line has not that form.
    """
    try:
        cases = read_jsonl(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    except json.JSONDecodeError as error:
        raise SettingsError(f"{path} has a line that is not JSON: {error}.") from error
    for number, case in enumerate(cases, start=1):
        missing = {"id", "messages", "expected", "tag"} - set(case)
        if missing:
            raise SettingsError(f"{path}, line {number}: {', '.join(sorted(missing))} is missing.")
    return cases


def evaluate(interpreter: Interpreter, cases: Iterable[dict[str, Any]]) -> list[Result]:
    """Decide every case; an error of ours counts as a wrong decision, not as the end."""
    results = []
    for case in track(list(cases), description="Deciding", console=Console(stderr=True)):
        try:
            made = interpreter.interpret(case["messages"])
        except QodError as error:
            results.append(Result(case, {"error": str(error)}, 0.0, 0.0))
            continue
        decision = {"operation": made.decision.operation, "arguments": made.decision.arguments}
        results.append(Result(case, decision, made.confidence, made.seconds))
    return results


def report(results: list[Result]) -> dict[str, Any]:
    """Exact match in total, per tag and per field, and every case in the file's order."""
    tags: dict[str, list[bool]] = defaultdict(list)
    fields: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        expected = result.case["expected"]
        tags[result.case["tag"]].append(result.correct)
        fields["operation"].append(result.decision.get("operation") == expected["operation"])
        arguments = result.decision.get("arguments", {})
        for name, value in expected["arguments"].items():
            fields[name].append(arguments.get(name) == value)
    return {
        "exact_match": _share([result.correct for result in results]),
        "count": len(results),
        "tags": {name: _share(hits) for name, hits in tags.items()},
        "fields": {name: _share(hits) for name, hits in fields.items()},
        "cases": [result.record() for result in results],
    }


def _share(hits: list[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def show(console: Console, value: dict[str, Any]) -> None:
    """Print a report as a table."""
    console.print(f"{value['exact_match']:.1%} of {value['count']} exactly right", style="bold")
    table = Table(box=None)
    table.add_column("tag or field")
    table.add_column("right", justify="right")
    for name, share in (value["tags"] | value["fields"]).items():
        table.add_row(name, f"{share:.1%}")
    console.print(table)
