"""Outcomes for people: a table of what was decided, the body, and the sentence."""

from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.json import JSON
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from camara_qod.tools.outcome import Outcome
from camara_qod.tools.screen import screen
from camara_qod.tools.wording import in_words

if TYPE_CHECKING:  # a single request needs no conversation, and LangGraph takes long to import
    from camara_qod.agent.conversation import Pending


def show(console: Console, outcome: Outcome, *, body: bool = True) -> None:
    """Print an outcome.

    Args:
        console: where to; a `screen`.
        outcome: what happened.
        body: whether to show the JSON body too.
    """
    parts: list[RenderableType] = []
    if outcome.body is not None:
        parts.append(_table(outcome, console.width))
        if body:
            parts += [Text("Request body", style="bold"), _json(outcome.body), Text()]
    # How to agree is for whoever asks to say: at a terminal it is another way than in a pipe.
    text = outcome.proposal.told if outcome.proposal else outcome.text
    parts.append(Text(text, style=_style(outcome)))
    console.print(Group(*parts))


def _style(outcome: Outcome) -> str:
    if outcome.error is not None:
        return "red"
    return "green" if outcome.succeeded else "yellow"


def show_pending(console: Console, pending: "Pending", *, body: bool) -> None:
    """Print a call that waits for a human's word.

    Args:
        console: where to; a `screen`.
        pending: the call.
        body: whether to show the JSON body too.
    """
    title = pending.operation + _sure(pending.confidence)
    console.print(_arguments(title, pending.arguments, pending.reasons, console.width))
    for remark in pending.remarks:
        console.print(Text(remark, style="yellow"))
    if body:
        console.print(Text("Request body", style="bold"), _json(pending.arguments))


def _table(outcome: Outcome, width: int) -> RenderableType:
    made = outcome.interpretation
    reasons = {item.argument: item.reason for item in made.assumptions}
    title = f"{made.decision.operation}{_sure(made.confidence)} · {made.seconds:.1f} s"
    return _arguments(title, made.decision.arguments, reasons, width)


def _json(body: dict[str, Any]) -> Text:
    """JSON whose long lines are folded, where Rich would cut them."""
    text = JSON.from_data(body).text
    text.no_wrap, text.overflow = False, "fold"
    return text


def _sure(confidence: float | None) -> str:
    return "" if confidence is None else f" · confidence {confidence:.0%}"


def _arguments(
    title: str, arguments: dict[str, Any], reasons: dict[str, str], width: int
) -> RenderableType:
    """What is agreed to, in whole: side by side where every line fits, else one below the other."""
    rows = [
        (name, in_words(name, value), reasons.get(name, "")) for name, value in arguments.items()
    ]
    heading = Text(title, style="bold")
    table = _table_of(rows)
    if Measurement.get(_UNBOUNDED, _UNBOUNDED.options, table).maximum <= width:
        return Group(heading, table)
    lines = [
        Padding(Text(text, style=style, overflow="fold"), (0, 0, 0, indent))
        for name, value, reason in rows
        for text, style, indent in ((name, "", 0), (value, "", 2), (reason, "dim", 2))
        if text
    ]
    return Group(heading, *lines)


#: For measuring what a table would take.
_UNBOUNDED = screen(width=100_000)


def _table_of(rows: list[tuple[str, str, str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column, style in (("argument", ""), ("value", ""), ("", "dim")):
        table.add_column(column, header_style="dim", style=style, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
