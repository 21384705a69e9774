"""`qod chat`: a conversation at the prompt."""

import json
import sys
from collections.abc import Callable, Iterator

from rich.console import Console

from camara_qod.agent.display import show
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.decision import CLARIFY
from camara_qod.tools.outcome import Outcome
from camara_qod.tools.plugin import QodPlugin

HELP = """\
Say which device needs a better connection, what for, and for how long, for example:
  Need low latency for gaming, IP 192.168.1.50, 2 hours
What is missing is asked for; your answer completes the request.

  /json   the last outcome in full
  /new    forget what was said
  /help   this text
  /quit   leave (also Ctrl-D)"""


class Repl:
    """One conversation.

    A question keeps what was said, so that the next line is its answer; anything else begins anew.

    Args:
        plugin: decides and acts.
        console: where answers go.
        dry_run: show requests without sending them.
    """

    def __init__(self, plugin: QodPlugin, console: Console, *, dry_run: bool = False) -> None:
        self._plugin = plugin
        self._console = console
        self._dry_run = dry_run
        self._said: list[str] = []
        self._last: Outcome | None = None
        self._commands: dict[str, Callable[[], None]] = {
            "/help": lambda: self._console.print(HELP, highlight=False),
            "/json": self._show_json,
            "/new": self._forget,
        }

    def run(self, lines: Iterator[str]) -> None:
        """Answer line after line until there are none or `/quit` comes."""
        for line in lines:
            text = line.strip()
            if text == "/quit":
                return
            if text:
                self.answer(text)

    def answer(self, text: str) -> None:
        """Carry out one line; an error is shown and leaves the conversation as it was."""
        if text.startswith("/") and text.split()[0] not in self._commands:
            self._console.print(f"There is no command {text.split()[0]}; /help lists them.")
        elif text.startswith("/"):
            self._commands[text.split()[0]]()
        else:
            self._decide(text)

    def _decide(self, text: str) -> None:
        said = [*self._said, text]
        try:
            outcome = self._plugin.request(said, send=not self._dry_run)
        except QodError as error:
            self._console.print(f"[red]{error}[/red]", highlight=False)
            return
        self._last = outcome
        asks = outcome.interpretation.decision.operation == CLARIFY
        self._said = said if asks else []
        show(self._console, outcome, body=self._dry_run)

    def _show_json(self) -> None:
        if self._last is None:
            self._console.print("Nothing has been asked yet.")
        else:
            self._console.print_json(json.dumps(self._last.to_dict()))

    def _forget(self) -> None:
        self._said = []
        self._console.print("A new conversation.")


def typed_lines() -> Iterator[str]:
    """Lines from the keyboard with history and editing, or from a pipe."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    from prompt_toolkit import PromptSession

    session: PromptSession[str] = PromptSession()
    while True:
        try:
            yield session.prompt("qod> ")
        except KeyboardInterrupt:
            continue  # the line is dropped, the conversation stays
        except EOFError:
            return
