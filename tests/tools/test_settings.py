import json
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


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOD_TIMEOUT", "soon")
    with pytest.raises(SettingsError, match="QOD_TIMEOUT"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "does not hold"),
        ('[{"name": "QOS_E"}]', "0.status"),
        ('[{"name": "x", "status": "ACTIVE"}]', "0.name"),
        (json.dumps([{"name": "QOS_E", "status": "ACTIVE"}] * 2), "twice"),
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
