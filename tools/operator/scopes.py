"""Scopes: what a client may ask for, beside those that the operations need."""

import re
from dataclasses import dataclass

from camara_qod.tools.camara.scopes import SCOPES
from camara_qod.tools.operator.oauth_error import OAuthError

ALL_SCOPES = frozenset(SCOPES.values())
#: Asks for an ID token (OpenID Connect Core, 3.1.2.1).
OPENID = "openid"
#: Asks for a refresh token (OpenID Connect Core, 11).
OFFLINE = "offline_access"

_PURPOSE = "dpv:"
# The profile takes the part behind the prefix from the W3C's Data Privacy Vocabulary, whose terms
# have this form. Which terms there are differs between its editions, so the form is all we ask.
_TERM = re.compile(r"dpv:[A-Za-z][A-Za-z0-9]*")


@dataclass(frozen=True)
class Asked:
    """The scope of a token: words of the APIs, a purpose, and what OpenID Connect adds."""

    words: frozenset[str]

    @property
    def openid(self) -> bool:
        """Whether an ID token is wanted."""
        return OPENID in self.words

    @property
    def offline(self) -> bool:
        """Whether a refresh token is wanted."""
        return OFFLINE in self.words

    def without_user(self) -> "Asked":
        """What is left where no user stands behind the token."""
        return Asked(self.words - {OPENID, OFFLINE})

    def narrowed(self, parameter: str) -> "Asked":
        """The part of a granted scope that a refresh asks for (RFC 6749, 6); by default all.

        The purpose of a consent stays what it was.

        Raises:
            OAuthError: it asks for more than was granted.
        """
        wanted = frozenset(parameter.split())
        if wanted - self.words:
            raise OAuthError(
                "invalid_scope", f"{_listed(wanted - self.words)} was not granted before."
            )
        purpose = frozenset(word for word in self.words if word.startswith(_PURPOSE))
        return Asked(wanted | purpose) if wanted else self

    def __str__(self) -> str:
        return " ".join(sorted(self.words))


def asked(parameter: str, *, purpose_needed: bool = False) -> Asked:
    """The parameter `scope`; without any word of the APIs it means all of them.

    Args:
        parameter: words with spaces between them.
        purpose_needed: whether a purpose has to be among them.

    Raises:
        OAuthError: a word is not known, or there is more than one purpose, or none where one is
            needed.
    """
    words = frozenset(parameter.split())
    purposes = frozenset(word for word in words if word.startswith(_PURPOSE))
    _check_purposes(purposes, needed=purpose_needed)
    unknown = words - purposes - ALL_SCOPES - {OPENID, OFFLINE}
    if unknown:
        raise OAuthError("invalid_scope", f"There is no scope {_listed(unknown)}.")
    return Asked(words if words & ALL_SCOPES else words | ALL_SCOPES)


def _check_purposes(purposes: frozenset[str], *, needed: bool) -> None:
    if len(purposes) > 1:
        raise OAuthError(
            "invalid_scope", f"A token has exactly one purpose, not {_listed(purposes)}."
        )
    if needed and not purposes:
        raise OAuthError(
            "invalid_scope",
            "The scope needs one purpose of the Data Privacy Vocabulary, such as "
            "dpv:RequestedServiceProvision.",
        )
    wrong = [word for word in purposes if not _TERM.fullmatch(word)]
    if wrong:
        raise OAuthError(
            "invalid_scope", f"{_listed(wrong)} is no purpose: write dpv: and one term."
        )


def _listed(words: "frozenset[str] | list[str]") -> str:
    return ", ".join(sorted(words))[:200]
