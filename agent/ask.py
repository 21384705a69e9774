"""`qod ask`: one request, asked about where it should be, and how it ended as an exit status."""

import json
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING

from rich.console import Console

from camara_qod.agent.terminal import is_terminal
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE
from camara_qod.tools.proposal import NOT_SENT
from camara_qod.tools.screen import screen

if TYPE_CHECKING:  # `--help` loads nothing heavy
    from camara_qod.tools.outcome import Outcome
    from camara_qod.tools.plugin import QodPlugin

#: Shows a question and returns whether the person at the terminal agrees.
Agree = Callable[[str], bool]

NOBODY = "Not sent: nobody can be asked here. --yes sends such a request unasked."


class Exit(IntEnum):
    """How `qod ask` ends."""

    DONE = 0
    REFUSED = 1
    ASKS = 3
    DECLINED = 4
    WAITS = 5


def ask(
    plugin: "QodPlugin",
    text: str,
    *,
    send: bool = True,
    yes: bool = False,
    as_json: bool = False,
    agree: Agree | None = None,
) -> Exit:
    """Carry a request out and print what became of it.

    Args:
        plugin: interpreter and client.
        text: the request.
        send: false only shows it.
        yes: whatever change comes out of it is wanted.
        as_json: print the outcome as JSON.
        agree: asks the person; `None` where nobody can be asked.

    Raises:
        QodError: as `QodPlugin.request`.
    """
    outcome = plugin.request(text, send=send, confirmed=yes)
    if outcome.held and agree is not None:
        _show(outcome, screen(stderr=as_json))
        if agree("Send it?"):
            outcome = plugin.confirm(outcome)
        _finish(outcome, as_json, outcome.text if outcome.sent else NOT_SENT)
        return _exit(outcome)
    _finish(outcome, as_json)
    if outcome.held and not as_json:  # JSON says how to agree, for whoever reads it
        screen(stderr=True).print(NOBODY)
    return _exit(outcome)


def at_terminal() -> Agree | None:
    """Asks with `[y/N]`, where a person is at the terminal."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return None
    import typer

    def agree(question: str) -> bool:
        try:
            return typer.confirm(question, err=True)
        except typer.Abort:  # Ctrl-C or Ctrl-D is no yes
            return False

    return agree


def _exit(outcome: "Outcome") -> Exit:
    if outcome.held:
        return Exit.WAITS
    operation = outcome.interpretation.decision.operation
    ended = Exit.REFUSED if outcome.error else Exit.DONE
    return {CLARIFY: Exit.ASKS, DECLINE: Exit.DECLINED}.get(operation, ended)


def _finish(outcome: "Outcome", as_json: bool, text: str = "") -> None:
    """Print an outcome in full, or the sentence where the rest was shown before."""
    if as_json:
        # Where a character is printed as its number, that is to be JSON's way of writing it.
        plain = str(sys.stdout.encoding).lower() != "utf-8"
        sys.stdout.write(json.dumps(outcome.to_dict(), ensure_ascii=plain) + "\n")
    elif text:
        screen().print(text)
    else:
        _show(outcome, screen())


def _show(outcome: "Outcome", console: Console) -> None:
    from camara_qod.agent.display import show

    show(console, outcome)
