"""What a client posts to the token endpoint or the backchannel endpoint."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl

from camara_qod.tools.operator.oauth_error import OAuthError


@dataclass(frozen=True)
class Form:
    """A form, with what the checks need to know about the call that brought it.

    Attributes:
        fields: the form's parameters.
        authorization: the header of that name.
        issuer: root URL of the operator, as the client called it.
        endpoint: URL that was called.
    """

    fields: Mapping[str, str]
    authorization: str | None
    issuer: str
    endpoint: str

    @classmethod
    def read(cls, body: bytes, authorization: str | None, issuer: str, endpoint: str) -> Self:
        """A form as it was sent.

        Raises:
            OAuthError: the body is none, or has a parameter twice (RFC 6749, 3.2).
        """
        try:
            pairs = parse_qsl(body.decode())
        except UnicodeDecodeError as error:
            raise OAuthError("invalid_request", "The body is not a form.") from error
        twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        if twice:
            raise OAuthError("invalid_request", f"{', '.join(twice)[:200]}: given more than once.")
        return cls(dict(pairs), authorization, issuer, endpoint)

    def get(self, name: str) -> str:
        """A parameter; empty where it was left out."""
        return self.fields.get(name, "")
