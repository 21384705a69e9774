"""How the plugin proves to an operator who calls, out of the settings."""

from camara_qod.tools.camara.oauth.auth import OAuth
from camara_qod.tools.camara.oauth.identity import Identity, Key, Secret
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.settings import QodSettings


def oauth_of(settings: QodSettings) -> OAuth | None:
    """What gets access tokens; `None` where no OpenID provider is configured.

    Raises:
        SettingsError: the settings contradict each other, or a key cannot be read.
    """
    if settings.oauth_issuer is None:
        if settings.oauth_client_id:
            raise SettingsError(
                "QOD_OAUTH_CLIENT_ID is set without QOD_OAUTH_ISSUER: name the operator's OpenID "
                "provider."
            )
        return None
    if settings.token is not None:
        raise SettingsError(
            "QOD_TOKEN and QOD_OAUTH_ISSUER are both set: keep the one that is meant."
        )
    return OAuth(
        settings.oauth_issuer,
        _identity(settings),
        grant=settings.oauth_grant,
        purpose=settings.oauth_purpose,
    )


def _identity(settings: QodSettings) -> Identity:
    client, secret, key = (
        settings.oauth_client_id,
        settings.oauth_client_secret,
        settings.oauth_client_key,
    )
    if client is None or (secret is None) == (key is None):
        raise SettingsError(
            "QOD_OAUTH_ISSUER needs QOD_OAUTH_CLIENT_ID and either QOD_OAUTH_CLIENT_SECRET or "
            "QOD_OAUTH_CLIENT_KEY."
        )
    if secret is not None:
        return Secret(client, secret)
    return Key(client, _pem(settings), settings.oauth_key_id)


def _pem(settings: QodSettings) -> bytes:
    try:
        return settings.oauth_client_key.read_bytes() if settings.oauth_client_key else b""
    except OSError as error:
        raise SettingsError(
            f"QOD_OAUTH_CLIENT_KEY: {settings.oauth_client_key} cannot be read "
            f"({error.strerror}). Name a PEM file."
        ) from error
