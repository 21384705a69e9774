"""Outcomes for people: a table of what was decided, the body, and the sentence."""

from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.json import JSON
from rich.table import Table
from rich.text import Text

from camara_qod.tools.outcome import Outcome
from camara_qod.tools.wording import in_words

if TYPE_CHECKING:  # a single request needs no conversation, and LangGraph takes long to import
    from camara_qod.agent.conversation import Pending


def show(console: Console, outcome: Outcome, *, body: bool = True) -> None:
    """Print an outcome.

    Args:
        console: where to.
        outcome: what happened.
        body: whether to show the JSON body too.
    """
    parts: list[RenderableType] = []
    if outcome.body is not None:
        parts.append(_table(outcome, console.width))
        if body:
            parts += [Text("Request body", style="bold"), JSON.from_data(outcome.body), Text()]
    parts.append(Text(outcome.text, style=_style(outcome)))
    console.print(Group(*parts))


def _style(outcome: Outcome) -> str:
    if outcome.error is not None:
        return "red"
    return "green" if outcome.succeeded else "yellow"


def show_pending(console: Console, pending: "Pending", *, body: bool) -> None:
    """Print a call that waits for a human's word.

    Args:
        console: where to.
        pending: the call.
        body: whether to show the JSON body too.
    """
    title = pending.operation + _sure(pending.confidence)
    console.print(_arguments(title, pending.arguments, pending.reasons, console.width))
    for remark in pending.remarks:
        console.print(Text(remark, style="yellow"))
    if body:
        console.print(Text("Request body", style="bold"), JSON.from_data(pending.arguments))


def _table(outcome: Outcome, width: int) -> Table:
    made = outcome.interpretation
    reasons = {item.argument: item.reason for item in made.assumptions}
    title = f"{made.decision.operation}{_sure(made.confidence)} · {made.seconds:.1f} s"
    return _arguments(title, made.decision.arguments, reasons, width)


def _sure(confidence: float | None) -> str:
    return "" if confidence is None else f" · confidence {confidence:.0%}"


#: Characters of a session's id.
_UUID = 36
#: From so many columns on, names, ids and their reasons fit beside each other.
_WIDE = 72


def _arguments(title: str, arguments: dict[str, Any], reasons: dict[str, str], width: int) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    shown = {name: in_words(name, value) for name, value in arguments.items()}
    # What is agreed to is legible: the reasons give way first, and nothing is cut.
    short = max(map(len, shown.values()), default=0) <= _UUID and width >= _WIDE
    table.add_column("argument", header_style="dim", overflow="fold", no_wrap=width >= _WIDE)
    table.add_column("value", header_style="dim", overflow="fold", no_wrap=short)
    table.add_column("", style="dim", overflow="fold")
    for name, value in shown.items():
        table.add_row(name, value, reasons.get(name, ""))
    return table
