import json
import pwd
import traceback
from pathlib import Path
from typing import Any

import pytest

from camara_qod.agent.scale.settings import load_scale_settings
from camara_qod.agent.service.settings import PREFIX, ServiceSettings, load_service_settings
from camara_qod.tools.catalogue import Need, load_catalogue
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.settings import QodSettings, load_settings

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOD_DEFAULT_APPLICATION_SERVER", "2001:db8::1")
    monkeypatch.setenv("QOD_DEFAULT_DURATION", "0")
    monkeypatch.setenv("QOD_TOKEN", "s3cret")
    settings = load_settings()
    assert settings.default_application_server.wire() == {"ipv6Address": "2001:db8::1"}
    assert settings.default_duration is None
    assert "s3cret" not in repr(settings)


def test_the_demo_server_is_not_sent_to_a_real_operator() -> None:
    assert QodSettings(_env_file=None).default_application_server is not None
    real = QodSettings(_env_file=None, api_root="https://operator.example")
    assert real.default_application_server is None


@pytest.mark.parametrize("name", ["QOD_API_ROOT", "QOD_MODEL_SERVER"])
def test_a_root_without_its_scheme_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "localhost:8000/v1")
    with pytest.raises(SettingsError, match=f"{name}: an API root starts with https://"):
        load_settings()


@pytest.mark.parametrize("name", ["QOD_API_ROOT", "QOD_MODEL_SERVER", "QOD_OAUTH_ISSUER"])
@pytest.mark.parametrize(
    "url",
    ["http://localhost:abc/v1", "http://a b", "http://[bad", "https://", "https://host:99999"],
)
def test_a_url_that_nothing_can_be_sent_to_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(SettingsError, match=f"{name}: it is no URL .*https://host:port"):
        load_settings()


@pytest.mark.parametrize("url", ["http://[::1]:8000/v1", "https://exämple.org", "http://a_b:1"])
def test_hosts_of_every_kind_are_taken(url: str) -> None:
    assert load_settings(api_root=url, model_server=url).api_root == url


@pytest.mark.parametrize("name", ["QOD_TOKEN", "QOD_MODEL_SERVER_KEY", "QOD_OAUTH_CLIENT_SECRET"])
def test_the_last_line_break_of_a_mounted_secret_is_left_out(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, " s3cret\n")
    found = getattr(load_settings(), name.removeprefix("QOD_").lower())
    assert found.get_secret_value() == "s3cret"


@pytest.mark.parametrize("name", ["QOD_TOKEN", "QOD_MODEL_SERVER_KEY"])
@pytest.mark.parametrize("value", ["s3\ncret", "s3cr\u00e9t", "s3\x1bcret"])
def test_a_secret_that_no_header_can_hold_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}: it holds a line break") as raised:
        load_settings()
    assert "s3" not in "".join(traceback.format_exception(raised.value))


def test_a_blank_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOD_TOKEN", "\n")
    with pytest.raises(SettingsError, match="QOD_TOKEN: it is blank"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QOD_TIMEOUT", "soon"),
        ("QOD_TIMEOUT", "inf"),
        ("QOD_TIMEOUT", "1e12"),
        ("QOD_TIME_LIMIT", "inf"),
        ("QOD_TIME_LIMIT", "1e12"),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_a_digit_that_is_no_number_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOD_DEFAULT_DURATION", "²")
    with pytest.raises(SettingsError, match="QOD_DEFAULT_DURATION: it should be a valid integer"):
        load_settings()


def test_without_a_home_folder_the_cache_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> None:
        raise KeyError("uid not found")

    for name in ("HOME", "QOD_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(SettingsError, match="set QOD_CACHE_DIR"):
        load_settings()
    assert load_settings(cache_dir="/cache").cache_dir == Path("/cache")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "does not hold"),
        ('[{"name": "QOS_E"}]', "0.status"),
        ('[{"name": "x", "status": "ACTIVE"}]', "0.name"),
        (
            json.dumps([{"name": "QOS_E", "status": "ACTIVE"}] * 2),
            r"catalogue\.json has the profile QOS_E twice",
        ),
    ],
)
def test_a_catalogue_that_does_not_hold(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match=words):
        load_catalogue(path)


def test_the_demo_catalogue_serves_every_need() -> None:
    catalogue = load_catalogue()
    assert list(catalogue.needs) == list(Need)
    assert {profile.limits for profile in catalogue} == {(60, 43200)}
    with pytest.raises(SettingsError, match="QOD_CATALOGUE"):
        load_catalogue(Path("/nowhere.json"))


def test_the_readme_documents_every_setting() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for prefix, settings in (("QOD_", QodSettings), (PREFIX, ServiceSettings)):
        for name in settings.model_fields:
            assert f"`{prefix}{name.upper()}`" in text, name


@pytest.mark.parametrize("load", [load_settings, load_service_settings, load_scale_settings])
def test_an_env_file_that_is_no_text_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"QOD_TOKEN=\xff\xfe")
    with pytest.raises(SettingsError, match=r"The file \.env cannot be read"):
        load()


@pytest.mark.parametrize(
    ("text", "line"),
    [('QOD_TIMEOUT=3\n\n\nQOD_TOKEN="abc\n', 4), ("# ours\nexport QOD_TIMEOUT=3\nfoo bar\n", 3)],
)
@pytest.mark.parametrize("load", [load_settings, load_service_settings])
def test_a_line_of_an_env_file_that_is_no_setting_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: Any, text: str, line: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(text)
    with pytest.raises(SettingsError, match=rf"\.env, line {line}, is no setting"):
        load()
