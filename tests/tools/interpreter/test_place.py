"""Where a model or an adapter is said to be is looked at before anything is loaded."""

from pathlib import Path

import httpx2
import pytest

from camara_qod.tools.errors import ModelError
from camara_qod.tools.interpreter import place
from camara_qod.tools.interpreter.loading import Missing, called, explained, of_options
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.settings import QodSettings


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.mark.parametrize("name", ["/nowhere/model", "./gone", "a/b/c", "~/model", ""])
def test_what_is_no_id_of_the_hub_is_a_folder(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("the hub was asked")

    monkeypatch.setattr(place, "cached_file", asked)
    if Path(name).exists():
        place.check_place(name, "config.json")
        return
    with pytest.raises(Missing, match=f"there is no folder {name}"):
        place.check_place(name, "config.json")


@pytest.mark.usefixtures("no_network")
def test_without_network_it_is_told_at_once() -> None:
    with pytest.raises(Missing, match=r"model hub does not give it \(We couldn't connect"):
        place.check_place("nobody/nothing", "config.json")


def test_a_hub_that_cannot_be_reached_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def nobody(url: str) -> None:
        asked.append(url)
        raise httpx2.ConnectError("no route")

    def again(*_: object) -> None:
        raise AssertionError("it was asked again")

    monkeypatch.setattr(place, "get_hf_file_metadata", nobody)
    monkeypatch.setattr(place, "cached_file", again)
    with pytest.raises(Missing, match=r"model hub cannot be reached \(.*no route\)"):
        place.check_place("nobody/nothing", "config.json")
    assert len(asked) == 1


@pytest.mark.usefixtures("no_network")
def test_an_id_without_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "cached_file", lambda *_: None)
    with pytest.raises(Missing, match=r"no config\.json under that id"):
        place.check_place("nobody/nothing", "config.json")


@pytest.mark.usefixtures("no_network")
def test_both_are_looked_at_before_either_is_loaded(
    tiny_phi3: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("it was loaded")

    monkeypatch.setattr("camara_qod.tools.interpreter.model.load_base", loaded)
    for values, told in (
        ({"model": "nobody/nothing"}, "The model nobody/nothing cannot be used.* QOD_MODEL"),
        ({"adapter": "nobody/nothing"}, "The adapter nobody/nothing cannot be used.* QOD_ADAPTER"),
    ):
        settings = QodSettings(_env_file=None, **({"model": str(tiny_phi3)} | values))
        with pytest.raises(ModelError, match=told):
            load_model(settings)


def test_an_error_speaks_of_what_the_user_wrote() -> None:
    for fault in (Missing("gone"), ValueError("wrong")):
        with (
            pytest.raises(ModelError, match="--adapter"),
            called(QOD_ADAPTER="--adapter"),
            explained("The adapter x", "QOD_ADAPTER"),
        ):
            raise fault
    with pytest.raises(ModelError, match="QOD_ADAPTER"), explained("The adapter x", "QOD_ADAPTER"):
        raise Missing("gone")


def test_an_option_that_was_given_is_named_and_the_variable_elsewhere() -> None:
    for setting, name in (("QOD_ADAPTER", "--adapter"), ("QOD_MODEL", "QOD_MODEL")):
        with (
            pytest.raises(ModelError, match=f"Set {name} to"),
            of_options(adapter="x", model=None),
            explained("What is loaded", setting),
        ):
            raise Missing("gone")
