"""A mention stands in the text whole, or it is none."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Length,
    Moment,
    Phone,
    SessionId,
    Sink,
)
from camara_qod.tools.interpreter.reading.reader import read_mentions

WHOLE = (
    "10.0.0.4",
    "198.51.100.7:8443",
    "203.0.113.0/24",
    "2001:db8::7",
    "[2001:db8::7]:443",
    "+49 171 3920089",
    "+351966666666",
    "3f0c2a7e-5b1d-4c8e-9a61-7d2e4b90c135",
    "https://hooks.example/qod?id=7",
    "https://münchen.example/x",
    "2 hours",
    "90 min",
    "1h30",
    "PT2H",
    "1:30 h",
    "zwei Stunden",
    "una hora",
    "2 小时",
    "until 21:00",
)
#: Characters that can end a token, go on with it, or do either.
EDGES = (
    " \n\t.,;:!?-_/%@+#'\"()[]{}<>=&*~|\\0189afhmsxzAZßéäñøğ—–‑’“”…½²³\u00a0\u202f分小时，。・ー٣"
)
edge = st.text(alphabet=EDGES, max_size=4)
words = st.sampled_from(["", " notify me ", " gaming ", " from ", " to ", "Std", "h", "min", " 30"])


def wide(character: str) -> bool:
    """Whether it is of a script without spaces, where a change of script is a boundary."""
    return unicodedata.east_asian_width(character) in "WF"


def goes_on(near: str, far: str) -> bool:
    """Whether the characters beside a token belong to it, nearest first."""

    def inside(character: str) -> bool:
        return (character == "_" or character.isalnum()) and not wide(character)

    if near == ".":
        return inside(far) and not far.isupper()
    return inside(far) if near and near in "-\u2010\u2011%" else bool(near) and inside(near)


@settings(max_examples=3000)
@given(st.data())
def test_the_characters_on_either_side_cannot_belong_to_the_same_token(data: st.DataObject) -> None:
    parts = []
    for _ in range(data.draw(st.integers(1, 3))):
        parts += [data.draw(words), data.draw(edge), data.draw(st.sampled_from(WHOLE))]
    text = "".join([*parts, data.draw(edge), data.draw(words)])
    for item in read_mentions([text]):
        if isinstance(item, Address | Phone | SessionId | Length | Moment | Sink):
            before, after = text[: item.start][::-1], text[item.end :]
            told = f"{text[item.start : item.end]!r} in {text!r}"
            assert wide(text[item.start]) or not goes_on(before[:1], before[1:2]), told
            assert wide(text[item.end - 1]) or not goes_on(after[:1], after[1:2]), told


@pytest.mark.parametrize("text", ["10.0.0.4-PT2H", "10.0.0.4\u2011PT2H", "+351966666666-PT2H"])
def test_a_length_behind_what_was_read_is_no_length_of_its_own(text: str) -> None:
    assert not any(isinstance(item, Length | Moment) for item in read_mentions([text]))
