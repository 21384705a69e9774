"""An operator's file as a source of settings."""

from pathlib import Path

import pytest

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.operator_file import KEYS, SECRETS
from camara_qod.tools.settings import QodSettings, load_settings

FILE = """
api_root = "https://api.operator.example"
oauth_issuer = "https://id.operator.example"
oauth_client_id = "my-app"
catalogue = "profiles.json"
timeout = 3

[secrets]
oauth_client_secret = "THEIR_SECRET"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "operator.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_sets_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THEIR_SECRET", "s3cret")
    monkeypatch.setenv("QOD_OPERATOR", str(written(tmp_path, FILE)))
    settings = load_settings()
    assert settings.api_root == "https://api.operator.example"
    assert settings.timeout == 3
    assert settings.catalogue == tmp_path / "profiles.json"
    assert settings.oauth_client_secret is not None
    assert settings.oauth_client_secret.get_secret_value() == "s3cret"
    assert settings.default_application_server is None


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THEIR_SECRET", "s3cret")
    monkeypatch.setenv("QOD_TIMEOUT", "7")
    assert load_settings(operator=written(tmp_path, FILE)).timeout == 7
    monkeypatch.setenv("QOD_TIMEOUT", "soon")
    with pytest.raises(SettingsError, match="hold: QOD_TIMEOUT: it should be"):
        load_settings(operator=written(tmp_path, FILE))


def test_a_env_file_may_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, 'api_root = "https://api.operator.example"')
    (tmp_path / ".env").write_text("QOD_OPERATOR=operator.toml\n")
    assert load_settings().api_root == "https://api.operator.example"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("api_root", r"no TOML.* Mend it"),
        ('model = "x"', "the key model"),
        ('token = "t"', "holds token itself"),
        ('[secrets]\ntoken = "NOT_SET_ANYWHERE"', r"NOT_SET_ANYWHERE.* Set it"),
        ('[secrets]\napi_root = "X"', "the key api_root"),
        ("secrets = 3", "table"),
        ('api_root = "operator.example"', r"api_root in .*operator\.toml \(QOD_OPERATOR\): an API"),
        ('timeout = "soon"', r"timeout in .*operator\.toml \(QOD_OPERATOR\): it should be"),
    ],
)
def test_a_file_that_does_not_hold(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings(operator=written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="QOD_OPERATOR"):
        load_settings(operator=tmp_path / "none.toml")
    with pytest.raises(SettingsError, match=r"QOD_OPERATOR: ~nosuch/x.toml .*no such home folder"):
        load_settings(operator="~nosuch/x.toml")


def test_its_keys_are_settings() -> None:
    assert set(QodSettings.model_fields) >= KEYS | SECRETS
