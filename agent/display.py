"""Outcomes for people: a table of what was decided, the body, and the sentence."""

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.json import JSON
from rich.table import Table
from rich.text import Text

from camara_qod.tools.outcome import Outcome
from camara_qod.tools.wording import spoken


def show(console: Console, outcome: Outcome, *, body: bool = True) -> None:
    """Print an outcome.

    Args:
        console: where to.
        outcome: what happened.
        body: whether to show the JSON body too.
    """
    parts: list[RenderableType] = []
    if outcome.body is not None:
        parts.append(_table(outcome))
        if body:
            parts += [Text("Request body", style="bold"), JSON.from_data(outcome.body), Text()]
    parts.append(Text(outcome.text, style=_style(outcome)))
    console.print(Group(*parts))


def _style(outcome: Outcome) -> str:
    if outcome.error is not None:
        return "red"
    return "green" if outcome.succeeded else "yellow"


def _table(outcome: Outcome) -> Table:
    made = outcome.interpretation
    reasons = {item.argument: item.reason for item in made.assumptions}
    title = f"{made.decision.operation} · confidence {made.confidence:.0%} · {made.seconds:.1f} s"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("argument", "value", ""):
        table.add_column(heading, style="dim" if not heading else None, header_style="dim")
    for name, value in made.decision.arguments.items():
        table.add_row(name, in_words(name, value), reasons.get(name, ""))
    return table


def in_words(name: str, value: Any) -> str:
    """An argument as a person would say it."""
    if name == "duration":
        return f"{value} s ({spoken(value)})"
    if name == "device":
        return ", ".join(_identifier(kind, item) for kind, item in value.items())
    if name == "applicationServer":
        return ", ".join(value.values())
    if name in ("devicePorts", "applicationServerPorts"):
        ranges = [f"{item['from']}-{item['to']}" for item in value.get("ranges", [])]
        return ", ".join([*ranges, *map(str, value.get("ports", []))])
    return str(value)


def _identifier(kind: str, value: Any) -> str:
    if kind != "ipv4Address":
        return str(value)
    public, private = value["publicAddress"], value.get("privateAddress")
    port = f" port {value['publicPort']}" if "publicPort" in value else ""
    if private is None:
        return f"{public}{port}"
    if private == public:
        return f"{public} (public and private){port}"
    return f"{public}{port} (private {private})"
