"""People with browsers before a running service, whose model understands a few sentences."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from camara_qod.agent.service.callers import LOCAL, SCOPES, Caller, Door, unauthenticated
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.offering.notation import places
from camara_qod.tools.plugin import QodPlugin

from ..fakes import DECLINE, ScriptedDecoder, ScriptedInterpreter, _settings, create, on_session

CHROMIUM = Path("/usr/bin/chromium")
#: How sure the model is of its operation and of each argument, in their order.
SURE = (0.998, 0.97, 0.93, 0.86, 0.99, 0.95)
_UUID = re.compile(r"[0-9a-f-]{36}")
_PHONE = re.compile(r"\+\d{8,}")
_HOURS = re.compile(r"(\d+) hours?")


def understood(text: str) -> dict[str, Any]:
    """The decision for a sentence, as a model emits it."""
    session = _UUID.search(text)
    if session and text.startswith("Extend"):
        more = {"requestedAdditionalDuration": 900}
        return on_session("extendQosSessionDuration", session.group(), **more)
    if session:
        return on_session("deleteSession", session.group())
    if "gaming" not in text:
        return DECLINE
    phone, hours = _PHONE.search(text), _HOURS.search(text)
    device = {"phoneNumber": phone.group()} if phone else None
    return create(device, duration=int(hours.group(1)) * 3600 if hours else None)


class Listener(ScriptedDecoder):
    """Understands sentences, and is not quite sure of any part."""

    def decode(
        self, turns: Sequence[str], schema: dict[str, Any], deadline: Any = None
    ) -> tuple[str, Trace]:
        said = self.context.messages
        self._decided.setdefault(said, understood(said[-1]))
        text, _ = super().decode(turns, schema, deadline)
        offsets = [0, *(at for at, _ in places(text))]
        return text, Trace(probabilities=list(SURE[: len(offsets)]), offsets=offsets)


def listening() -> QodPlugin:
    """A plugin that understands sentences, with the mock operator in this process."""
    return QodPlugin(ScriptedInterpreter(Listener(), _settings()))


class Gate(Door):
    """Tokens are `name-number`, and may be revoked; without one the caller is this machine."""

    def __init__(self) -> None:
        super().__init__([])
        self.revoked: set[str] = set()

    def caller(self, authorization: str | None) -> Caller:
        token = (authorization or "").removeprefix("Bearer ")
        if token in self.revoked:
            raise unauthenticated("The login has expired.")
        return Caller(token.partition("-")[0], frozenset(SCOPES)) if token else LOCAL


class People:
    """Opens the page for people, each with a browser of their own, and notes what goes wrong."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.wrong: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def visit(
        self, token: str | None = None, view: str = "talk", expected: str = "$^", **options: Any
    ) -> Page:
        """The page as one person has it.

        Args:
            token: what the person is signed in with.
            view: `talk` or `watch`.
            expected: a pattern of messages of the browser's console that are no fault.
            options: of the browser, such as its size.
        """
        context = self._browser.new_context(**options)
        self._contexts.append(context)
        context.set_default_timeout(30000)
        if token:
            context.add_init_script(f"sessionStorage.setItem('qod-key', '{token}')")
        context.on("request", lambda request: self._look(request.url))
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda message: self._hear(message, expected))
        page.goto(f"{self.url}/#{view}")
        return page

    def leave(self) -> None:
        """Close all browsers."""
        for context in self._contexts:
            context.close()

    def _look(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", "data:")):
            self.wrong.append(f"fetched {url}")

    def _hear(self, message: ConsoleMessage, expected: str) -> None:
        if message.type in ("error", "warning") and not re.search(expected, message.text):
            self.wrong.append(message.text)
