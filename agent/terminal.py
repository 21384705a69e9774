"""Where lines come from: a keyboard with history, completion and a status line, or a pipe."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TextIO


class Lines(Protocol):
    """Asks for a line."""

    def read(self, prompt: str) -> str | None:
        """The next line; `None` at the end. `KeyboardInterrupt` where one was given up."""


class Pipe:
    """Lines of a stream, without a prompt."""

    def __init__(self, stream: TextIO | Iterable[str]) -> None:
        self._lines = iter(stream)

    def read(self, prompt: str) -> str | None:
        """The next line."""
        return next(self._lines, None)


class Keyboard:
    """Lines that are typed.

    Args:
        commands: completed with Tab.
        history: file in which lines are kept between conversations.
        status: text of the line at the bottom, looked at every second.
    """

    def __init__(self, commands: Iterable[str], history: Path, status: Callable[[], str]) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.history import FileHistory

        history.parent.mkdir(parents=True, exist_ok=True)
        history.touch(mode=0o600)  # what people type has numbers and addresses in it
        self._session: PromptSession[str] = PromptSession(
            history=FileHistory(str(history)),
            completer=WordCompleter(list(commands), sentence=True),
            bottom_toolbar=lambda: status() or None,
            refresh_interval=1,
        )

    def read(self, prompt: str) -> str | None:
        """The next line; `None` after Ctrl-D."""
        try:
            return self._session.prompt(prompt)
        except EOFError:
            return None


class Plain:
    """Lines from a terminal that can do nothing but print."""

    def read(self, prompt: str) -> str | None:
        """The next line; `None` after Ctrl-D."""
        try:
            return input(prompt)
        except EOFError:
            return None


def lines(
    commands: Iterable[str], history: Path, status: Callable[[], str], terminal: str | None
) -> Lines:
    """What fits standard input.

    Args:
        commands: as for `Keyboard`.
        history: as for `Keyboard`.
        status: as for `Keyboard`.
        terminal: the variable `TERM`.
    """
    if not sys.stdin.isatty():
        return Pipe(sys.stdin)
    if terminal in (None, "", "dumb"):
        return Plain()
    return Keyboard(commands, history, status)
