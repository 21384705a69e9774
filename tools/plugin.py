"""The parts put together: words in, outcome out. Tool, command line and REPL all go this way."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx2

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.confirmation import doubts
from camara_qod.tools.credentials import oauth_of
from camara_qod.tools.deletion import Deletions, guarded
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.operations import aexecute, dry_run, execute
from camara_qod.tools.outcome import Outcome
from camara_qod.tools.proposal import Proposal
from camara_qod.tools.settings import QodSettings

Words = str | Sequence[str]


class QodPlugin:
    """Interpreter and clients under one configuration.

    Args:
        interpreter: decides; its settings say where the operator is. Without an `api_root` a mock
            operator runs in this process.
        transport: a synchronous `httpx2` transport to use instead.
        async_transport: the same for asynchronous calls.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        *,
        transport: httpx2.BaseTransport | None = None,
        async_transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        settings = interpreter.settings
        self.interpreter = interpreter
        self.settings = settings
        root = settings.api_root
        if root is None:
            from camara_qod.tools.operator.in_process import API_ROOT
            from camara_qod.tools.operator.on_demand import MockOnDemand, OnDemandTransport

            root = API_ROOT
            mock = MockOnDemand(interpreter.catalogue, settings.api_version)
            transport = transport or OnDemandTransport(mock)
            async_transport = async_transport or httpx2.ASGITransport(app=mock)
        caller: Any = {
            "token": settings.token,
            "auth": oauth_of(settings),
            "api_version": settings.api_version,
            "timeout": settings.timeout,
        }
        self.client = QodClient(root, transport=transport, **caller)
        self.async_client = AsyncQodClient(root, transport=async_transport, **caller)

    @classmethod
    def from_settings(cls, settings: QodSettings, *, lazy: bool = False) -> "QodPlugin":
        """Load the configured model and connect to the configured operator.

        Args:
            settings: which model and operator.
            lazy: load the model at the first request in words, if one comes.

        Raises:
            ModelError: the model cannot be loaded.
            SettingsError: the catalogue does not hold.
        """
        from camara_qod.tools.interpreter.model import LazyDecoder, load_decoder

        decoder = LazyDecoder(settings) if lazy else load_decoder(settings)
        return cls(Interpreter(decoder, settings))

    @property
    def mock(self) -> bool:
        """Whether the operator is the mock in this process."""
        return self.settings.api_root is None

    def request(
        self,
        words: Words,
        *,
        send: bool = True,
        confirmed: bool = False,
        sessions: KnownSessions | None = None,
        deletions: Deletions | None = None,
    ) -> Outcome:
        """Decide for a conversation and carry the decision out.

        A change that the settings want a person's word for is not sent: the outcome is then `held`,
        says why, and `confirm` sends it.

        Args:
            words: what the user typed, one turn or several, oldest first.
            send: false only shows what would be sent.
            confirmed: a person has agreed to whatever change comes out.
            sessions: those that the API has named in this conversation.
            deletions: what was deleted, and which deletions were answered, before.

        Raises:
            RequestTooLong: the conversation does not fit the model.
            TransportError: the operator could not be reached.
        """
        made = guarded(self.interpreter.interpret(words, sessions), deletions)
        shown = self._shown(made, send=send, confirmed=confirmed)
        return shown or execute(made, self.client, self.settings.zone)

    async def arequest(
        self,
        words: Words,
        *,
        send: bool = True,
        confirmed: bool = False,
        sessions: KnownSessions | None = None,
        deletions: Deletions | None = None,
    ) -> Outcome:
        """`request` for asynchronous code; the model works in a thread."""
        made = guarded(await self.interpreter.ainterpret(words, sessions), deletions)
        shown = self._shown(made, send=send, confirmed=confirmed)
        return shown or await aexecute(made, self.async_client, self.settings.zone)

    def confirm(self, waiting: Outcome | Proposal) -> Outcome:
        """Send a change that waited for a person's word, exactly as it was shown.

        Args:
            waiting: a held outcome, or the proposal out of one.

        Raises:
            TransportError: the operator could not be reached.
        """
        return execute(waiting.interpretation, self.client, self.settings.zone)

    async def aconfirm(self, waiting: Outcome | Proposal) -> Outcome:
        """`confirm` for asynchronous code."""
        return await aexecute(waiting.interpretation, self.async_client, self.settings.zone)

    def _shown(self, made: Interpretation, *, send: bool, confirmed: bool) -> Outcome | None:
        """The outcome without sending; `None` where it is to be sent."""
        why = doubts(made, self.settings)
        held = send and bool(why) and not confirmed
        return replace(dry_run(made, why), held=held) if held or not send else None

    def close(self) -> None:
        """Give the synchronous connections back."""
        self.client.close()

    async def aclose(self) -> None:
        """Give all connections back."""
        await self.async_client.aclose()
        self.close()
