"""A need that is called by its name is not guessed."""

import pytest

from camara_qod.tools.catalogue import Need, load_catalogue
from camara_qod.tools.interpreter import candidates
from camara_qod.tools.interpreter.context import read
from camara_qod.tools.interpreter.needs import called_by_name
from camara_qod.tools.settings import QodSettings


@pytest.mark.parametrize(
    ("turns", "need"),
    [
        (["Gaming. Half an hour. Bandwidth 50 Mbit/s, priority high"], Need.LATENCY),
        (["PUBG for 2 hours on "], Need.LATENCY),
        (["AR demo"], Need.LATENCY),
        (["ar condicionado"], None),
        (["stream films to the tablet"], Need.BANDWIDTH),
        (["an infusion pump"], Need.RELIABILITY),
        (["video call with the team", "for 2 hours"], Need.LIVE_MEDIA),
        (["video call with the team", "no, gaming"], None),
        (["gaming", "sorry, my shots register late"], None),
        (["medical video consultation"], None),
        (["not for gaming"], None),
        (["watching an esports broadcast"], None),
        (["call me back"], None),
        (["my shots register late"], None),
    ],
)
def test_a_need_is_called_by_one_name_or_not(turns: list[str], need: Need | None) -> None:
    assert called_by_name(turns) == need


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("gaming on 10.0.0.4", ["QOS_E"]),
        ("gaming with QOS_S on 10.0.0.4", ["QOS_S"]),
        ("it stutters on 10.0.0.4", ["QOS_E", "QOS_S", "QOS_M", "QOS_L", None]),
    ],
)
def test_what_is_called_by_its_name_is_on_offer(text: str, offered: list[str | None]) -> None:
    said = read([text], load_catalogue(), QodSettings(_env_file=None))
    assert candidates.profiles(said) == offered
