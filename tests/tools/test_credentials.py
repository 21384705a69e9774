"""Settings that say who the plugin is for an operator, and those that contradict each other."""

from pathlib import Path
from typing import Any

import pytest

from camara_qod.tools.credentials import oauth_of
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.settings import load_settings

from .camara.oauth.provider import UNKNOWN_CURVE, key_pair, written

ISSUER = {"oauth_issuer": "https://op.example", "oauth_client_id": "app"}


def test_without_a_provider_there_is_nothing_to_get() -> None:
    assert oauth_of(load_settings()) is None


def test_a_secret_or_a_key_is_enough(tmp_path: Path) -> None:
    pem, _ = key_pair("ec")
    for how in ({"oauth_client_secret": "s"}, {"oauth_client_key": written(tmp_path, pem)}):
        auth = oauth_of(load_settings(**ISSUER, **how))
        assert auth is not None
        assert auth.grant == "client_credentials"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"oauth_client_id": "app"}, "QOD_OAUTH_ISSUER"),
        (ISSUER, "QOD_OAUTH_CLIENT_SECRET"),
        (ISSUER | {"oauth_client_secret": "s", "oauth_client_key": "k.pem"}, "either"),
        (ISSUER | {"oauth_client_secret": "s", "token": "t"}, "QOD_TOKEN"),
        (ISSUER | {"oauth_client_key": "nowhere.pem"}, "nowhere.pem"),
        (ISSUER | {"oauth_client_secret": "s", "oauth_purpose": "fun"}, "QOD_OAUTH_PURPOSE"),
    ],
)
def test_settings_that_do_not_hold_name_what_to_set(values: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        oauth_of(load_settings(**values))


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_file_that_holds_no_key(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    with pytest.raises(SettingsError, match="QOD_OAUTH_CLIENT_KEY"):
        oauth_of(load_settings(**ISSUER, oauth_client_key=path))


def test_a_key_on_a_curve_that_nothing_here_knows(tmp_path: Path) -> None:
    path = written(tmp_path, UNKNOWN_CURVE)
    with pytest.raises(SettingsError, match=r"neither an RSA nor a P-256 key: name"):
        oauth_of(load_settings(**ISSUER, oauth_client_key=path))
