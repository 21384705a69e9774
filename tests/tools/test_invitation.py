"""What is answered to small talk fits it, and says what can be done with this operator."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.interpreter.decision import Aside
from camara_qod.tools.invitation import reply, told


def test_the_profiles_are_told_by_what_they_are_for() -> None:
    assert (
        "The profiles are QOS_E (gaming, VR, remote control), QOS_S (streaming, transfers), QOS_M "
        "(IoT, medical) and QOS_L (calls, meetings)."
    ) in reply(catalogue=load_catalogue())


def test_they_have_the_operators_names(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    profiles = [
        {"name": "GOLD", "status": "ACTIVE", "serves": "QOS_E"},
        {"name": "SILVER", "status": "ACTIVE", "serves": "QOS_E"},
        {"name": "BRONZE", "status": "INACTIVE", "serves": "QOS_S"},
    ]
    path.write_text(json.dumps(profiles))
    text = reply(catalogue=load_catalogue(path))
    assert "The profile is GOLD (gaming, VR, remote control)." in text
    assert not re.search("SILVER|BRONZE|QOS_", text)


@pytest.mark.parametrize("aside", [item for item in Aside if item is not Aside.QUESTION])
def test_nothing_in_it_can_be_taken_for_an_address_or_a_number(aside: Aside) -> None:
    for catalogue in (None, load_catalogue()):
        text = reply(aside, catalogue).replace("QOS_", "")
        assert not re.search(r"\d", text)
    assert "profiles are" not in reply(aside)


def test_limits_that_no_operator_tells_are_not_told(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    path.write_text('[{"name": "GOLD", "status": "ACTIVE", "serves": "QOS_E"}]')
    text = reply(Aside.QUESTION, load_catalogue(path))
    assert "The profile is GOLD (gaming, VR, remote control)." in text


def test_a_question_is_told_the_limits_too_once_where_all_are_the_same(tmp_path: Path) -> None:
    text = reply(Aside.QUESTION, load_catalogue())
    assert "by what each is best for, are QOS_E (gaming, VR, remote control), QOS_S" in text
    assert text.count("from 1 minute to 12 hours") == 1
    assert "QOS_L (calls, meetings), each from 1 minute to 12 hours." in text
    profiles = json.loads((files("camara_qod.data") / "catalogue.json").read_text())
    profiles[0]["maxDuration"] = {"value": 1, "unit": "Hours"}
    path = tmp_path / "profiles.json"
    path.write_text(json.dumps(profiles))
    text = reply(Aside.QUESTION, load_catalogue(path))
    assert "QOS_E (gaming, VR, remote control; from 1 minute to 1 hour)" in text
    assert "QOS_S (streaming, transfers; from 1 minute to 12 hours)" in text


def test_a_question_is_told_what_stands_on_the_screen() -> None:
    text = reply(Aside.QUESTION, load_catalogue())
    assert '"No NAT" means that an IP address is taken as the device\'s own' in text
    assert len(text) < 650


@pytest.mark.parametrize("aside", Aside)
def test_what_can_be_done_is_told_in_full_once(aside: Aside) -> None:
    first, again = reply(aside), reply(aside, again=True)
    answered = aside is Aside.QUESTION
    assert told(first) == (aside not in (Aside.THANKS, Aside.STOP))
    assert told(again) == answered
    assert (len(again) < len(first)) == (told(first) and not answered)
    assert len({reply(item) for item in Aside}) == len(Aside)
