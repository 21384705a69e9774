"""The line of words that the model writes, there and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.interpreter.decision import DECLINE, Aside, Decision
from camara_qod.tools.interpreter.offering.notation import (
    ARGUMENTS,
    KIND,
    OPERATIONS,
    places,
    read,
    write,
)
from camara_qod.tools.interpreter.offering.schema import wire_names
from camara_qod.tools.interpreter.operations import ARGUMENTS as MODELS

LABELS = st.from_regex(r"[A-Z]{1,2}(\+[A-Z]{1,2}){0,2}", fullmatch=True)
VALUES = st.one_of(st.none(), LABELS, st.sampled_from(["?", "gaming", "IoT"]))


@st.composite
def answers(draw: st.DrawFn) -> Decision:
    operation = draw(st.sampled_from(sorted(OPERATIONS)))
    if operation == DECLINE:
        return Decision(operation, {KIND: draw(st.sampled_from(Aside))})
    names = [name for name in wire_names(MODELS[operation]) if name in ARGUMENTS]
    kept = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    return Decision(operation, {name: draw(VALUES) for name in names if name in kept})


def word_of(name: str) -> str:
    return " " if name == KIND else ARGUMENTS[name]


@given(answers())
def test_what_is_written_is_read_again(answer: Decision) -> None:
    text = write(answer)
    assert read(text) == answer
    found = list(places(text))
    assert [name for _, name in found] == list(answer.arguments)
    assert all(text[at:].startswith(word_of(name)) for at, name in found)


def test_every_argument_of_the_api_that_can_be_said_has_a_word() -> None:
    names = {name for model in MODELS.values() for name in wire_names(model)}
    assert names - ARGUMENTS.keys() == {"sinkCredential"}
    assert MODELS.keys() | {DECLINE} == OPERATIONS.keys()


@pytest.mark.parametrize(
    "text",
    ["", "create", "{}", '""', '"book"', '"create device"', '"create wheel A"', '"decline"'],
)
def test_what_is_no_such_line_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        read(text)


def test_it_is_a_json_string() -> None:
    call = Decision("createSession", {"device": "A+B", "qosProfile": "gaming", "duration": None})
    assert json.loads(write(call)) == "create device A+B need gaming duration -"
