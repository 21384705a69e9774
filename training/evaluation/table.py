"""A report as tables on a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

#: What each share of a report is called.
TITLES = {
    "exact": "exactly right",
    "operation": "operation",
    "valid_json": "form of a decision",
    "compliant": "allowed by the specification",
    "hallucinated_fields": "with a field from nowhere",
    "hallucinated_values": "with a value from nowhere",
    "hallucinated": "with either",
    "wrong_acts": "acts where something else was due",
    "wrong_deletions": "ends a session that was to stay",
}


def show(console: Console, value: dict[str, Any]) -> None:
    """Print the figures of a report."""
    console.print(f"{value['exact_match']:.1%} of {value['count']} exactly right", style="bold")
    table = Table(box=None)
    for name in ("", "share", "95 % interval", "cases"):
        table.add_column(name, justify="left" if not name else "right")
    for name, title in TITLES.items():
        _row(table, title, value[name])
    for name, found in value["fields"].items():
        _row(table, f"field {name}", found)
    for name, figures in value["tags"].items():
        _row(table, f"tag {name}", figures["exact"])
    for name, figures in value["languages"].items():
        _row(table, f"language {name}", figures["exact"])
        _row(table, f"language {name}, wrong acts", figures["wrong_acts"])
    if value["calibration"]:
        _row(table, "the 90 % most confident", value["calibration"]["at_90"])
        _row(table, "of confidence 95 % and more", value["calibration"]["sure"])
    console.print(table)
    kinds = {name: score for name, score in value["kind"].items() if isinstance(score, float)}
    console.print("F1: " + ", ".join(f"{name} {score:.3f}" for name, score in kinds.items()))
    if value["seconds"]:
        times = ", ".join(f"{name} {time:.2f} s" for name, time in value["seconds"].items())
        console.print(f"Time of a decision: {times}")


def _row(table: Table, title: str, found: dict[str, Any]) -> None:
    if found["value"] is None:
        return
    interval = f"{found['low']:.1%} – {found['high']:.1%}"
    table.add_row(title, f"{found['value']:.1%}", interval, str(found["count"]))
