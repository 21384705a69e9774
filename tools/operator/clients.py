"""The OAuth clients of the operator, and how they show who they are."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from urllib.parse import unquote

from pydantic import SecretStr

from camara_qod.tools.operator.assertion import Assertions
from camara_qod.tools.operator.form import Form
from camara_qod.tools.operator.oauth_error import OAuthError, unknown_client
from camara_qod.tools.operator.settings import ANONYMOUS


class Clients:
    """Knows clients by a secret (RFC 6749, 2.3.1) or by a key (`private_key_jwt`).

    Args:
        known: ids and secrets.
        assertions: reads what clients with a key sign.
        anybody: clients that are not known are taken at their word.
    """

    def __init__(
        self, known: Mapping[str, SecretStr], assertions: Assertions, *, anybody: bool = False
    ) -> None:
        self._known = known
        self._assertions = assertions
        self._anybody = anybody

    def authenticate(self, form: Form) -> str:
        """The client that sent a form.

        Raises:
            OAuthError: 401 where it has not shown who it is, 400 where it tried in several ways.
        """
        basic = (form.authorization or "").lower().startswith("basic ")
        signed, secret = "client_assertion" in form.fields, "client_secret" in form.fields
        if basic + signed + secret > 1:
            raise OAuthError("invalid_request", "Show who you are in one way, not in several.")
        if signed:
            client = self._by_assertion(form)
        elif basic or secret:
            client = self._by_secret(*_named(form, basic=basic))
        elif self._anybody:
            return form.get("client_id") or ANONYMOUS
        else:
            raise unknown_client(
                "No client authentication: send client_assertion, or id and secret as Basic "
                "header or as client_id and client_secret."
            )
        if form.get("client_id") not in ("", client):
            raise unknown_client("client_id is another than the client that was shown.")
        return client

    def asked(self, client: str, form: Form) -> Form:
        """What a client asks for: a form as it is, or as the client signed it.

        Raises:
            OAuthError: the signed request does not hold.
        """
        return self._assertions.request(client, form) if "request" in form.fields else form

    def _by_assertion(self, form: Form) -> str:
        client = self._assertions.client(form)
        if self._assertions.knows(client):
            self._assertions.check(client, form)
        elif client in self._known or not self._anybody:
            raise unknown_client(f"There is no key of a client {_shown(client)}.")
        return client

    def _by_secret(self, client: str, secret: str) -> str:
        known = self._known.get(client)
        if known is not None:
            expected = known.get_secret_value()
            if not secrets.compare_digest(expected.encode(), secret.encode()):
                raise unknown_client(f"That is not the secret of {client}.")
        elif self._assertions.knows(client):
            raise unknown_client(f"{client} has no secret: it signs (private_key_jwt).")
        elif not self._anybody:
            raise unknown_client(f"There is no client {_shown(client)}.")
        return client


def _named(form: Form, *, basic: bool) -> tuple[str, str]:
    if not basic:
        return form.get("client_id"), form.get("client_secret")
    try:
        encoded = (form.authorization or "")[6:].strip()
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise unknown_client("The Basic header is not valid.") from error
    return unquote(client), unquote(secret)


def _shown(client: str) -> str:
    """An id that anybody may have sent."""
    return ascii(client[:100])
