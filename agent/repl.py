"""`qod chat`: a conversation at the prompt."""

import json
from collections.abc import Callable

from rich.console import Console

from camara_qod.agent.conversation import Conversation, Pending, Reply
from camara_qod.agent.display import show_pending
from camara_qod.agent.status import SessionWatch
from camara_qod.agent.terminal import Lines
from camara_qod.tools.camara.models import QosProfileDeviceRequest
from camara_qod.tools.consent import consent
from camara_qod.tools.errors import QodError
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.proposal import NOT_SENT
from camara_qod.tools.wording import profile_text, session_text

HELP = """\
Say which device needs a better connection, what for, and for how long, for example:
  Need low latency for gaming, IP 192.168.1.50, 2 hours
What is missing is asked for. "Extend it by half an hour", "cancel the second one" and "which
sessions does +351966666666 have?" work too. Before anything is changed you see it: yes sends it,
no does not, and anything else corrects it.

  /sessions   the sessions of this conversation, as they are now
  /profiles   the operator's profiles
  /json       the last request in full
  /new        begin another conversation
  /help       this text
  /quit       leave (also Ctrl-D)"""
COMMANDS = ("/sessions", "/profiles", "/json", "/new", "/help", "/quit")


class Repl:
    """Reads lines and answers them until there are none.

    Args:
        plugin: reaches the operator for `/sessions` and `/profiles`.
        console: where answers go.
        begin: makes a new conversation.
        conversation: one to go on with.
        dry_run: show requests without sending them.
    """

    def __init__(
        self,
        plugin: QodPlugin,
        console: Console,
        begin: Callable[[], Conversation],
        *,
        conversation: Conversation | None = None,
        dry_run: bool = False,
    ) -> None:
        self._plugin = plugin
        self._console = console
        self._begin = begin
        self._conversation = conversation or begin()
        self._dry_run = dry_run
        self._pending: Pending | None = None
        self._last: Pending | None = None
        self.watch = SessionWatch(plugin)
        self._commands: dict[str, Callable[[], None]] = {
            "/help": lambda: self._say(HELP),
            "/json": self._show_json,
            "/new": self._new,
            "/sessions": self._sessions,
            "/profiles": self._profiles,
        }

    def run(self, lines: Lines) -> None:
        """Answer line after line until there are none or `/quit` comes.

        Ctrl-C gives up a line, or a request that is on its way: it is then looked up what became
        of it. Nothing half-made stays behind.
        """
        self._safely(self._settle)
        while True:
            try:
                line = lines.read("send it? " if self._pending else "qod> ")
            except KeyboardInterrupt:
                self._safely(self._give_up)
                continue
            if line is None or line.strip() == "/quit":
                break
            text = line.strip()
            if text:
                self._safely(lambda text=text: self.answer(text))  # type: ignore[misc]
        self._safely(self._give_up)

    def answer(self, text: str) -> None:
        """Carry out one line.

        Raises:
            QodError: it could not be; the conversation is as it was before.
        """
        if text.startswith("/"):
            command = text.split()[0]
            unknown = f"There is no command {command}; /help lists them."
            self._commands.get(command, lambda: self._say(unknown))()
            return
        agrees = consent(text) if self._pending else None
        self._pending = None
        if agrees is None:
            with self._console.status("…"):
                reply = self._conversation.say(text)
            self._show(reply)
        elif agrees:
            self._show(self._conversation.approve())
        else:
            self._conversation.reject()
            self._say(f"{NOT_SENT} Say what to change, or something else.")

    def _safely(self, action: Callable[[], None]) -> None:
        """Do something; an error is one sentence, and Ctrl-C leaves nothing half-made."""
        try:
            action()
        except QodError as error:
            self._say(str(error), "red")
        except KeyboardInterrupt:
            self._say("Stopped.")
            self._safely(self._settle)

    def _settle(self) -> None:
        reply = self._conversation.settle()
        if reply is not None:
            self._show(reply)
        self.watch.look(self._conversation.history.sessions)

    def _give_up(self) -> None:
        """A call that waits is not made."""
        if self._pending is not None:
            self._pending = None
            self._conversation.reject()
            self._say(NOT_SENT)

    def _show(self, reply: Reply) -> None:
        if reply.pending is not None:
            self._last = reply.pending
            show_pending(self._console, reply.pending, body=self._dry_run)
            if self._dry_run:
                self._conversation.reject()
                self._say("Nothing was sent. This is the request that would be.")
            else:
                self._pending = reply.pending
                self._say("Send it? yes, no, or say what to change.", "yellow")
            return
        self._say(reply.text, "red" if reply.failed else None)
        self.watch.look(self._conversation.history.sessions)

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, highlight=False, markup=False)

    def _show_json(self) -> None:
        if self._last is None:
            self._say("Nothing has been asked yet.")
        else:
            self._console.print_json(
                json.dumps({"operation": self._last.operation, "arguments": self._last.arguments})
            )

    def _new(self) -> None:
        self._give_up()
        self._conversation = self._begin()
        self.watch.look(self._conversation.history.sessions)
        self._say("A new conversation.")

    def _sessions(self) -> None:
        found = self.watch.look(self._conversation.history.sessions)
        if not found:
            self._say("There are no sessions in this conversation.")
        for number, session in enumerate(found, 1):
            self._say(f"{number}. {session_text(session)}")

    def _profiles(self) -> None:
        for profile in self._plugin.client.retrieve_qos_profiles(QosProfileDeviceRequest()):
            self._say(profile_text(profile))
