"""Access tokens, and those that are at hand."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from camara_qod.tools.camara.sendable import header_secret

Clock = Callable[[], float]

#: A token is renewed when it has less than this share of its life before it, and less than so many
#: seconds: a request that is on its way must arrive before the end.
_SHARE, _SECONDS = 0.25, 30.0


class TokenResponse(BaseModel):
    """What a token endpoint answers (RFC 6749, 5.1)."""

    access_token: Annotated[SecretStr, AfterValidator(header_secret)]
    token_type: str = Field(pattern="(?i)^bearer$")
    #: Where it is not said, a minute: long enough to be of use, short enough to be true.
    expires_in: float = Field(default=60, gt=0)


@dataclass(frozen=True)
class AccessToken:
    """A token and when it ends, in seconds of the clock that it was got by."""

    value: SecretStr
    renew_at: float
    ends_at: float

    @classmethod
    def of(cls, response: TokenResponse, now: float) -> "AccessToken":
        """The token of an answer that was asked for at `now`."""
        margin = min(_SHARE * response.expires_in, _SECONDS)
        ends = now + response.expires_in
        return cls(response.access_token, ends - margin, ends)


@dataclass(frozen=True)
class Purpose:
    """What a token is for: a scope, and whose consent it stands for (`login_hint`), if any."""

    scope: str
    login_hint: str | None = None


class AccessTokens:
    """The tokens at hand; safe for threads and for event loops.

    One caller renews a token at a time. While the old one lasts, the others go on with it.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.now = clock
        self._lock = threading.Lock()
        self._tokens: dict[Purpose, AccessToken] = {}
        self._asked: set[Purpose] = set()

    def valid(self, purpose: Purpose) -> AccessToken | None:
        """The token, unless it has ended."""
        token = self._tokens.get(purpose)
        return token if token and token.ends_at > self.now() else None

    def fresh(self, purpose: Purpose) -> AccessToken | None:
        """The token, unless it ends soon."""
        token = self._tokens.get(purpose)
        return token if token and token.renew_at > self.now() else None

    def claim(self, purpose: Purpose) -> bool:
        """Whether the caller is to get the token; then it has to `release`."""
        with self._lock:
            if purpose in self._asked:
                return False
            self._asked.add(purpose)
            return True

    def release(self, purpose: Purpose) -> None:
        """What `claim` took."""
        with self._lock:
            self._asked.discard(purpose)

    def keep(self, purpose: Purpose, token: AccessToken) -> None:
        """For the requests to come."""
        with self._lock:
            self._tokens[purpose] = token

    def drop(self, purpose: Purpose, token: AccessToken) -> None:
        """One that the operator does not take, unless it was renewed meanwhile."""
        with self._lock:
            if self._tokens.get(purpose) is token:
                del self._tokens[purpose]
