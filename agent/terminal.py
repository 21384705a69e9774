"""Where lines come from: a keyboard with history, completion and a status line, or a pipe."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from camara_qod.tools.screen import screen

if TYPE_CHECKING:
    from prompt_toolkit.history import History


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
        history: file in which lines are kept between conversations; where it cannot be written,
            they are kept for this one.
        status: text at the bottom for a number of columns, looked at every second.
    """

    def __init__(
        self, commands: Iterable[str], history: Path, status: Callable[[int], str]
    ) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.application import get_app
        from prompt_toolkit.completion import WordCompleter

        self._trouble: OSError | None = None
        self._told = False
        self._file = history
        self._session: PromptSession[str] = PromptSession(
            history=_history(history, self._failed),
            completer=WordCompleter(list(commands), sentence=True),
            bottom_toolbar=lambda: status(get_app().output.get_size().columns) or None,
            refresh_interval=1,
        )

    def read(self, prompt: str) -> str | None:
        """The next line; `None` after Ctrl-D."""
        self._tell()
        try:
            return self._session.prompt(prompt)
        except EOFError:
            return None

    def _failed(self, error: OSError) -> None:
        self._trouble = error

    def _tell(self) -> None:
        """Say once that lines are not kept; not while the prompt is drawn."""
        if self._trouble is None or self._told:
            return
        self._told = True
        screen(stderr=True).print(
            f"What you type is not kept for the next time: {self._file} cannot be written "
            f"({self._trouble.strerror}). Make room, or set QOD_CACHE_DIR to another folder.",
            style="dim",
        )


def _history(file: Path, failed: Callable[[OSError], None]) -> "History":
    """Lines of earlier conversations, and those to come.

    Args:
        file: keeps them; where it cannot be used, they are kept for this conversation.
        failed: told of each failure.
    """
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    class Kept(FileHistory):
        def store_string(self, string: str) -> None:
            try:
                super().store_string(string)
            except OSError as error:
                failed(error)

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # what people type has numbers and addresses in it
        file.open("a+b").close()
    except OSError as error:
        failed(error)
        return InMemoryHistory()
    return Kept(str(file))


class Plain:
    """Lines from a terminal that can do nothing but print."""

    def read(self, prompt: str) -> str | None:
        """The next line; `None` after Ctrl-D."""
        try:
            return input(prompt)
        except EOFError:
            return None


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at a standard stream; where it was closed, nobody is."""
    return stream is not None and stream.isatty()


def lines(
    commands: Iterable[str], history: Path, status: Callable[[int], str], terminal: str | None
) -> Lines:
    """What fits standard input.

    Args:
        commands: as for `Keyboard`.
        history: as for `Keyboard`.
        status: as for `Keyboard`.
        terminal: the variable `TERM`.
    """
    if not is_terminal(sys.stdin):
        return Pipe(sys.stdin or ())
    if terminal in (None, "", "dumb"):
        return Plain()
    return Keyboard(commands, history, status)
