"""The issuer of access tokens: what it says of itself, and the public keys that it signs with."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
from pydantic import BaseModel, ValidationError

from camara_qod.agent.service.problems import Problem
from camara_qod.tools.faults import faults

#: Seconds that the issuer has for each of its two documents.
TIMEOUT = 5.0
#: Seconds after which keys are fetched again, so that a withdrawn one is not taken for longer.
FRESH = 300.0
#: Seconds that pass between two attempts to fetch them, whatever tokens come.
PAUSE = 10.0
_LONGEST = 256 * 1024
_DOCUMENT = "/.well-known/openid-configuration"
_LOG = logging.getLogger(__name__)

#: What a key of a kind and curve may sign with. All are asymmetric, so that nobody can sign with
#: what the issuer publishes.
ALGORITHMS = {
    ("RSA", ""): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA",),
}


@dataclass(frozen=True)
class SigningKey:
    """A public key, and the algorithms that it may be used with."""

    key: Any
    algorithms: tuple[str, ...]


class _Document(BaseModel):
    """The parts of a discovery document that are needed here (OpenID Connect Discovery 1.0)."""

    issuer: str
    jwks_uri: str


class _KeySet(BaseModel):
    """A JWK Set (RFC 7517)."""

    keys: list[dict[str, Any]]


class Issuer:
    """Knows the keys of an issuer, and asks for them again when they change.

    PyJWT's `PyJWKClient` is not used: an issuer that fails is asked anew for each token there, with
    an answer of any length.

    Args:
        url: of the issuer, without the path of its document.
        clock: seconds, never going back.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url.rstrip("/")
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, SigningKey] = {}
        self._fetched = self._tried = float("-inf")
        self._failed = False

    def key(self, name: str) -> SigningKey | None:
        """The key of a name (`kid`); `None` where the issuer has none.

        Raises:
            Problem: 503, the issuer would have to be asked and does not answer.
        """
        found = self._known(name)
        if found is None:
            with self._lock:
                found = self._known(name) or self._asked(name)
        if found is None and (self._failed or not self._fresh):
            raise _silent()
        return found

    @property
    def _fresh(self) -> bool:
        return self._clock() - self._fetched < FRESH

    def _known(self, name: str) -> SigningKey | None:
        return self._keys.get(name) if self._fresh else None

    def _asked(self, name: str) -> SigningKey | None:
        """The key after another look at the issuer, unless it was looked at a moment ago."""
        if self._clock() - self._tried < PAUSE:
            return None
        try:
            self._keys = self._current()
            self._fetched, self._failed = self._clock(), False
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            self._failed = True
            _LOG.warning("No keys of the issuer %s: %s", self.url, _reason(error))
        finally:
            self._tried = self._clock()
        return self._known(name)

    def _current(self) -> dict[str, SigningKey]:
        # Redirects are not followed: where keys are is for the document alone to say.
        with httpx2.Client(timeout=TIMEOUT, follow_redirects=False) as client:
            document = _Document.model_validate_json(_got(client, self.url + _DOCUMENT))
            if document.issuer.rstrip("/") != self.url:
                raise ValueError(f"its document is that of {document.issuer}")
            if self.url.startswith("https://") and not document.jwks_uri.startswith("https://"):
                raise ValueError("its document names keys without https")
            keys = _KeySet.model_validate_json(_got(client, document.jwks_uri)).keys
        found = {item["kid"]: key for item in reversed(keys) if (key := _usable(item))}
        if not found:
            raise ValueError("it names no key that can be used")
        return found


def _got(client: httpx2.Client, url: str) -> bytes:
    """A document, of a limited length and in a limited time."""
    until, body = time.monotonic() + TIMEOUT, b""
    # Compressed answers could be far longer than what was sent.
    with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
        if response.status_code != httpx2.codes.OK:
            raise ValueError(f"{url} answered {response.status_code}")
        for part in response.iter_bytes():
            body += part
            if len(body) > _LONGEST or time.monotonic() > until:
                raise ValueError(f"{url} is too long or too slow")
    return body


def _usable(item: dict[str, Any]) -> SigningKey | None:
    """A key that tokens may be signed with; keys for anything else are passed over."""
    allowed = ALGORITHMS.get((str(item.get("kty")), str(item.get("crv", ""))), ())
    if item.get("alg") is not None:
        allowed = tuple(name for name in allowed if name == item["alg"])
    if not allowed or not isinstance(item.get("kid"), str) or item.get("use", "sig") != "sig":
        return None
    try:
        return SigningKey(jwt.PyJWK(item, allowed[0]).key, allowed)
    except jwt.PyJWTError:
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"it is not of its form ({faults(error)})"
    return str(error) or type(error).__name__


def _silent() -> Problem:
    return Problem(
        503,
        "The issuer does not answer",
        "Access tokens cannot be checked at the moment, as their issuer does not answer: try again "
        "later.",
        headers={"Retry-After": str(int(PAUSE))},
    )
