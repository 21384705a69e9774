"""`qod chat`: a conversation at the prompt."""

import json
from collections.abc import Callable

from rich.console import Console

from camara_qod.agent.conversation import Conversation, Pending, Reply, gone_text
from camara_qod.agent.display import show_pending
from camara_qod.agent.help import show_help
from camara_qod.agent.history import SOMETHING_ELSE
from camara_qod.agent.recap import recap
from camara_qod.agent.status import SessionWatch
from camara_qod.agent.stores import StoreError
from camara_qod.agent.terminal import Lines
from camara_qod.tools.camara.models import QosProfileDeviceRequest, SessionInfo
from camara_qod.tools.consent import consent
from camara_qod.tools.errors import QodError
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.proposal import NOT_SENT
from camara_qod.tools.wording import profile_text, standing_text

UNCHANGED = "That changes nothing in it. y sends it, n does not; or say what to change."
DROPPED = "The request that was shown is not sent."
KNOWN = "Sessions in this conversation:"
RESUMED = "Going on with the last conversation:"
OTHER_MOCK = (
    "The mock operator in this process begins without sessions; `qod mock` keeps them between "
    "conversations."
)


class Repl:
    """Reads lines and answers them until there are none.

    Args:
        plugin: reaches the operator for `/sessions` and `/profiles`.
        console: where answers go; a `screen`.
        begin: makes a new conversation.
        conversation: one to go on with.
        dry_run: show requests without sending them.
        errors: where errors go; by default where answers do.

    Attributes:
        failed: whether anything has failed so far.
    """

    def __init__(
        self,
        plugin: QodPlugin,
        console: Console,
        begin: Callable[[], Conversation],
        *,
        conversation: Conversation | None = None,
        dry_run: bool = False,
        errors: Console | None = None,
    ) -> None:
        self._plugin = plugin
        self._console = console
        self._errors = errors or console
        self._begin = begin
        self._conversation = conversation or begin()
        self._resumed = conversation is not None
        self._dry_run = dry_run
        self._pending: Pending | None = None
        self._last: Pending | None = None
        self._choices: dict[str, str] = {}
        self.failed = False
        self.watch = SessionWatch(plugin)
        self._commands: dict[str, Callable[[], None]] = {
            "/help": lambda: show_help(console),
            "/json": self._show_json,
            "/new": self._new,
            "/sessions": self._sessions,
            "/profiles": self._profiles,
        }

    def run(self, lines: Lines) -> None:
        """Answer line after line until there are none or `/quit` comes.

        Ctrl-C gives up a line, or a request that is on its way: it is then looked up what became
        of it. Nothing half-made stays behind.

        Raises:
            StoreError: the conversation cannot be kept; what was cut off is found out about when it
                is gone on with.
        """
        if self._resumed:
            self._recall()
        self._safely(self._settle)
        self._resumed = False
        while True:
            try:
                line = lines.read("send it? [y/n] " if self._pending else "qod> ")
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
        shown, self._pending = self._pending, None
        agrees = consent(text) if shown else None
        if agrees is None:
            self._turn(self._choices.get(text, text), shown)
        elif agrees:
            self._show(self._conversation.approve())
        else:
            self._conversation.reject()
            self._say(f"{NOT_SENT} Say what to change, or something else.")

    def _turn(self, text: str, shown: Pending | None) -> None:
        """A line for the interpreter; what had been shown stays, changes or is not sent."""
        try:
            with self._console.status("…"):
                self._conversation.reject(SOMETHING_ELSE)
                self._forget()
                reply = self._conversation.say(text)
        except (QodError, KeyboardInterrupt):
            if shown is not None:
                self._say(DROPPED)
            raise
        if shown is not None and reply.pending is None:
            self._say(DROPPED)
        self._show(reply, shown)

    def _safely(self, action: Callable[[], None]) -> None:
        """Do something; an error is one sentence, and Ctrl-C leaves nothing half-made."""
        try:
            action()
        except StoreError:
            raise  # without a place to keep it nothing can be put in order, and so nothing asked
        except QodError as error:
            self._fail(str(error))
        except KeyboardInterrupt:
            self._say("Stopped.")
            self._safely(self._settle)

    def _recall(self) -> None:
        """The end of the conversation that is gone on with."""
        self._say(RESUMED)
        for line in recap(self._conversation.messages):
            self._say(line, "dim")

    def _settle(self) -> None:
        """Put in order what was cut off; nothing is proposed for a session that is gone."""
        reply = self._conversation.settle()
        self.watch.look(self._conversation.history.sessions)
        waits = reply.pending if reply else None
        if waits is not None and waits.arguments.get("sessionId") in self.watch.gone:
            self._conversation.reject()
            reply = None
            self._say(DROPPED)
        if reply is not None:
            self._show(reply)
        else:
            self._forget()

    def _forget(self) -> None:
        """Speak no more of sessions that the operator does not have."""
        if not self.watch.gone or self._pending is not None:
            return
        gone, self.watch.gone = self.watch.gone, ()
        self._conversation.forget(gone)
        self._say(gone_text(gone))
        if self._resumed and self._plugin.mock:
            self._say(OTHER_MOCK)

    def _look(self) -> list[SessionInfo]:
        """The sessions as they are now."""
        found = self.watch.look(self._conversation.history.sessions)
        self._forget()
        return found

    def _give_up(self) -> None:
        """A call that waits is not made."""
        if self._pending is not None:
            self._pending = None
            self._conversation.reject()
            self._say(NOT_SENT)

    def _show(self, reply: Reply, before: Pending | None = None) -> None:
        self._choices = {}
        if reply.pending is not None:
            self._show_pending(reply.pending, before)
            return
        self._choose(reply.choices, self._look())
        if reply.failed:
            self._fail(reply.text)
        else:
            self._say(reply.text)

    def _show_pending(self, pending: Pending, before: Pending | None) -> None:
        if before is not None and _same(pending, before):
            self._pending = pending
            self._say(UNCHANGED, "yellow")
            return
        self._last = pending
        show_pending(self._console, pending, body=self._dry_run)
        if self._dry_run:
            self._conversation.reject()
            self._say("Nothing was sent. This is the request that would be.")
        else:
            self._pending = pending
            self._say("Send it? yes, no, or say what to change.", "yellow")

    def _choose(self, choices: tuple[str, ...], sessions: list[SessionInfo]) -> None:
        """Sessions beside a question; their numbers stand for them until the next answer."""
        found = {
            str(number): session
            for number, session in enumerate(sessions, 1)
            if str(session.session_id) in choices
        }
        self._choices = {number: str(session.session_id) for number, session in found.items()}
        if found:
            self._say(KNOWN)
        for number, session in found.items():
            self._say_session(number, session)

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style)

    def _fail(self, text: str) -> None:
        self.failed = True
        self._errors.print(text, style="red")

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
        self._choices = {}
        self._look()
        self._say("A new conversation.")

    def _sessions(self) -> None:
        found = self._look()
        if not found:
            self._say("There are no sessions in this conversation.")
        for number, session in enumerate(found, 1):
            self._say_session(str(number), session)

    def _say_session(self, number: str, session: SessionInfo) -> None:
        self._say(f"{number}. {standing_text(session, self._plugin.settings.zone)}")

    def _profiles(self) -> None:
        for profile in self._plugin.client.retrieve_qos_profiles(QosProfileDeviceRequest()):
            self._say(profile_text(profile))


def _same(one: Pending, other: Pending) -> bool:
    """Whether two calls are the same, with nothing more to know about one."""
    return (one.operation, one.arguments, one.remarks) == (
        other.operation,
        other.arguments,
        other.remarks,
    )
