"""Tokens for the requests of a CAMARA client, renewed before they end."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, cast

import httpx2

from camara_qod.tools.camara.oauth.access_token import AccessToken, AccessTokens, Purpose
from camara_qod.tools.camara.oauth.grants import ciba, client_credentials
from camara_qod.tools.camara.oauth.identity import Identity
from camara_qod.tools.camara.oauth.provider import Provider, discovered
from camara_qod.tools.camara.oauth.steps import Pause, Step, Steps
from camara_qod.tools.camara.scopes import SCOPES
from camara_qod.tools.errors import AuthorizationFailed

#: Key of a request's `extensions` under which a client says what it calls.
CALL = "camara"
Grant = Literal["client_credentials", "ciba"]
_LOOK_AGAIN = Pause(0.05)


@dataclass(frozen=True)
class Called:
    """What a request is: its operationId, and whose consent it needs, if a device is known."""

    operation: str
    login_hint: str | None = None


class OAuth(httpx2.Auth):
    """Puts an access token on each request of a client, with no more than the operation's scope.

    A token is kept for its lifetime and renewed before its end; one that the operator refuses with
    401 is renewed once. One object serves threads and event loops at the same time.

    Args:
        issuer: URL of the operator's OpenID provider.
        identity: who the client is.
        grant: `client_credentials`, or `ciba` to act with the consent of the device's user.
        purpose: why, as a term of the Data Privacy Vocabulary (`dpv:RequestedServiceProvision`).
        tokens: those at hand.
    """

    def __init__(
        self,
        issuer: str,
        identity: Identity,
        *,
        grant: Grant = "client_credentials",
        purpose: str | None = None,
        tokens: AccessTokens | None = None,
    ) -> None:
        self.grant = grant
        self._issuer = issuer.rstrip("/")
        self._identity = identity
        self._purpose = purpose
        self._tokens = tokens or AccessTokens()
        self._provider: Provider | None = None

    def sync_auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Drive the steps by sending and sleeping."""
        answer: httpx2.Response | None = None
        with closing(self._steps(request)) as steps:
            while (step := _next(steps, answer)) is not None:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    answer = None
                else:
                    answer = yield step
                    if step is not request:
                        answer.read()

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """The same for an event loop."""
        answer: httpx2.Response | None = None
        with closing(self._steps(request)) as steps:
            while (step := _next(steps, answer)) is not None:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    answer = None
                else:
                    answer = yield step
                    if step is not request:
                        await answer.aread()

    def obtained(self, called: Called) -> Steps[AccessToken]:
        """The steps to a token for a call, without the call."""
        return self._token(self._wanted(called))

    def _steps(self, request: httpx2.Request) -> Steps[None]:
        wanted = self._wanted(cast(Called, request.extensions[CALL]))
        for renewed in (False, True):
            token = yield from self._token(wanted)
            request.headers["authorization"] = f"Bearer {token.value.get_secret_value()}"
            response = yield request
            if response is None or response.status_code != httpx2.codes.UNAUTHORIZED or renewed:
                return
            self._tokens.drop(wanted, token)

    def _wanted(self, called: Called) -> Purpose:
        words = [SCOPES[called.operation], *([self._purpose] if self._purpose else [])]
        hint = called.login_hint if self.grant == "ciba" else None
        return Purpose(" ".join(words), hint)

    def _token(self, wanted: Purpose) -> Steps[AccessToken]:
        while (token := self._tokens.fresh(wanted)) is None:
            if self._tokens.claim(wanted):
                try:
                    return (yield from self._renewed(wanted))
                finally:
                    self._tokens.release(wanted)
            # Another request is at it; meanwhile the old one serves, if there is one.
            if old := self._tokens.valid(wanted):
                return old
            yield _LOOK_AGAIN
        return token

    def _renewed(self, wanted: Purpose) -> Steps[AccessToken]:
        """A new token; where none is given, the old one as long as it lasts."""
        try:
            if self._provider is None:
                self._provider = yield from discovered(self._issuer)
            way = ciba if wanted.login_hint else client_credentials
            token = yield from way(self._provider, self._identity, wanted, self._tokens.now)
        except AuthorizationFailed:
            if old := self._tokens.valid(wanted):
                return old
            raise
        self._tokens.keep(wanted, token)
        return token


def _next(steps: Steps[None], answer: httpx2.Response | None) -> Step | None:
    try:
        return steps.send(answer)
    except StopIteration:
        return None
