"""Who calls: what is known of a caller, and what it may."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from camara_qod.agent.service.problems import Problem

#: What a caller may: have requests decided; act at the operator; see metrics and administer.
SCOPES = ("decide", "act", "admin")


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request.

    Attributes:
        id: tells callers apart, across processes and for good.
        scopes: some of `SCOPES`.
        name: for people.
    """

    id: str
    scopes: frozenset[str]
    name: str = ""


#: Where no authentication is asked for: whoever is at this machine.
LOCAL = Caller("local", frozenset(SCOPES), "this machine")


class Authenticator(Protocol):
    """One way of telling who calls."""

    def caller(self, token: str) -> Caller | None:
        """Who has this bearer token; `None` where it is none of this way's.

        Raises:
            Problem: 401, it is one of this way's and does not hold.
        """


class Door:
    """Tells who calls.

    Args:
        ways: asked one after the other; none: everybody is let in as `LOCAL`.
    """

    def __init__(self, ways: Sequence[Authenticator]) -> None:
        self._ways = ways

    def caller(self, authorization: str | None) -> Caller:
        """Who sent a request with this `Authorization` header.

        Raises:
            Problem: 401.
        """
        if not self._ways:
            return LOCAL
        kind, _, token = (authorization or "").strip().partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise unauthenticated("Send an API key or an access token as bearer token.")
        for way in self._ways:
            found = way.caller(token.strip())
            if found is not None:
                return found
        raise unauthenticated("The bearer token is none that is known here, or it was revoked.")


def unauthenticated(detail: str, why: str = "") -> Problem:
    """A 401, with the header that says what is asked for, and `why` in the terms of RFC 6750."""
    asked = f"Bearer {why}".strip()
    return Problem(401, "Unauthenticated", detail, headers={"WWW-Authenticate": asked})


#: For the API's description; the door reads the header itself.
_BEARER = HTTPBearer(
    auto_error=False,
    description="An API key (`qod keys create`) or an access token, where authentication is on",
)
_Described = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


def calling(request: Request, described: _Described = None) -> Caller:
    """The caller of a request; a dependency."""
    found: Caller = request.app.state.service.door.caller(request.headers.get("authorization"))
    request.state.caller = found
    request.app.state.service.limits.count(found.id)
    return found


class Needs:
    """A dependency: the caller, if it has a scope.

    Args:
        scope: one of `SCOPES`.
    """

    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(self, caller: Annotated[Caller, Depends(calling)]) -> Caller:
        """The caller.

        Raises:
            Problem: 403, it lacks the scope.
        """
        if self.scope not in caller.scopes:
            raise Problem(
                403,
                "Not permitted",
                f"This needs the scope `{self.scope}`, which the key or token does not have.",
                headers={
                    "WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'
                },
            )
        return caller


Decides = Annotated[Caller, Depends(Needs("decide"))]
Acts = Annotated[Caller, Depends(Needs("act"))]
Admin = Annotated[Caller, Depends(Needs("admin"))]
