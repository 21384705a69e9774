"""What is answered to small talk says what can be done with this operator, and nothing else."""

import json
import re
from pathlib import Path

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.invitation import invitation


def test_the_profiles_are_told_by_what_they_are_for() -> None:
    assert (
        "The profiles are QOS_E (gaming, VR, remote control), QOS_S (streaming, transfers), QOS_M "
        "(IoT, medical) and QOS_L (calls, meetings)."
    ) in invitation(load_catalogue())


def test_they_have_the_operators_names(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    profiles = [
        {"name": "GOLD", "status": "ACTIVE", "serves": "QOS_E"},
        {"name": "SILVER", "status": "ACTIVE", "serves": "QOS_E"},
        {"name": "BRONZE", "status": "INACTIVE", "serves": "QOS_S"},
    ]
    path.write_text(json.dumps(profiles))
    text = invitation(load_catalogue(path))
    assert "The profile is GOLD (gaming, VR, remote control)." in text
    assert not re.search("SILVER|BRONZE|QOS_", text)


def test_nothing_in_it_can_be_taken_for_an_address_or_a_number() -> None:
    assert not re.search(r"\d", invitation())
    assert "profiles are" not in invitation()
