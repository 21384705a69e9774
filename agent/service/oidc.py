"""Access tokens of an OpenID Connect issuer: JWTs after RFC 9068, read as RFC 8725 advises."""

import hashlib
from typing import Any

import jwt

from camara_qod.agent.service.callers import SCOPES, Caller, unauthenticated
from camara_qod.agent.service.issuer import ALGORITHMS, Issuer, SigningKey
from camara_qod.agent.service.problems import Problem

#: Seconds by which clocks may differ.
LEEWAY = 5
_LONGEST, _LONGEST_SUBJECT = 16_384, 255
_ALLOWED = [name for names in ALGORITHMS.values() for name in names]
_TYPES = ("at+jwt", "jwt")
_OPTIONS: Any = {"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True}
_UNSIGNED = "it is no access token that the issuer has signed"
_WHY: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "it has expired"),
    (jwt.ImmatureSignatureError, "it is not valid yet"),
    (jwt.InvalidAudienceError, "it is for another audience"),
    (jwt.InvalidIssuerError, "another issuer made it"),
    (jwt.MissingRequiredClaimError, "a claim is missing (exp, iss, aud and sub are needed)"),
)


class AccessTokens:
    """The access tokens of an issuer; one way of telling who calls.

    Args:
        issuer: signs them.
        audience: whom they have to be for.
    """

    def __init__(self, issuer: Issuer, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience

    def caller(self, token: str) -> Caller | None:
        """Whom a token is about; `None` where it is no JWT.

        Raises:
            Problem: 401, it does not hold; 503, the issuer does not answer.
        """
        if token.count(".") != 2:
            return None
        claims = self._claims(token)
        subject = claims["sub"]
        if not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
            raise _refused("its subject is empty, too long or no text")
        return Caller(self._id(subject), _scopes(claims))

    def _id(self, subject: str) -> str:
        """With the issuer in it, and another beginning than a key's, no two callers share an id.

        A subject is often a mail address, and ids stand in logs: it is not readable in there.
        """
        whole = f"{self._issuer.url}\0{subject}"
        return f"oidc:{hashlib.sha256(whole.encode()).hexdigest()[:40]}"

    def _claims(self, token: str) -> dict[str, Any]:
        # Some issuers end their name with a slash, whatever their URL is written like.
        issuers = (self._issuer.url, f"{self._issuer.url}/")
        try:
            key = self._key(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                list(key.algorithms),
                audience=self._audience,
                issuer=issuers,
                leeway=LEEWAY,
                options=_OPTIONS,
            )
        except jwt.PyJWTError as error:
            raise _refused(_why(error)) from error
        return claims

    def _key(self, token: str) -> SigningKey:
        """The issuer's key of the name that a token gives; nothing else is taken from its header.

        What cannot be a token of the issuer is refused before the issuer is asked for keys.
        """
        if len(token) > _LONGEST:
            raise _refused("it is too long")
        header = jwt.get_unverified_header(token)
        kind = str(header.get("typ")).lower().removeprefix("application/")
        if kind not in _TYPES or header.get("alg") not in _ALLOWED:
            raise _refused(_UNSIGNED)
        key = self._issuer.key(header.get("kid", ""))
        if key is None:
            raise _refused(_UNSIGNED)
        return key


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    """What a token says that its holder may, as far as it is known here."""
    told = claims.get("scope", claims.get("scp"))
    words = told.split() if isinstance(told, str) else told if isinstance(told, list) else []
    return frozenset(SCOPES) & {str(word).removeprefix("qod:") for word in words}


def _why(error: jwt.PyJWTError) -> str:
    """What is wrong with a token, in words that repeat nothing of it."""
    return next((text for kind, text in _WHY if isinstance(error, kind)), _UNSIGNED)


def _refused(why: str) -> Problem:
    return unauthenticated(f"The access token does not hold: {why}.", 'error="invalid_token"')
