"""Numerals in words that stand by themselves, with the halves behind them."""

import pytest

from camara_qod.tools.interpreter.reading.lengths import read_numerals


@pytest.mark.parametrize(
    ("said", "text", "value"),
    [
        ("two hours please", "make it two and a half", 2.5),
        ("two hours please", "rather one and a half", 1.5),
        ("two hours please", "make it three", 3),
        ("two hours please", "twenty-five and a half", 25.5),
        ("für zwei Stunden", "lieber zweieinhalb", 2.5),
        ("für zwei Stunden", "doch anderthalb", 1.5),
        ("für zwei Stunden", "zwei und eine halbe", 2.5),
        ("por dos horas", "mejor dos y media", 2.5),
        ("quiero una hora", "una y media", 1.5),
        ("pendant deux heures", "plutôt deux et demie", 2.5),
        ("per due ore", "meglio due e mezza", 2.5),
        ("por duas horas", "duas e meia", 2.5),
        ("voor twee uur", "doe maar tweeënhalf", 2.5),
        ("voor twee uur", "twee en een half", 2.5),
        ("na dwie godziny", "dwie i pół", 2.5),
        ("iki saat için", "iki buçuk", 2.5),
        ("jag behöver två timmar", "två och en halv", 2.5),
        ("两个小时", "两个半", 2.5),
    ],
)
def test_a_number_with_its_half(said: str, text: str, value: float) -> None:
    (numeral,) = read_numerals(text, f"{said}. {text}")
    assert numeral.value == value
    assert isinstance(numeral.value, int) == (value % 1 == 0)
    assert text.endswith(text[numeral.start : numeral.end])


@pytest.mark.parametrize("text", ["half", "a half", "a dozen", "and a half", "the third", "one"])
def test_no_half_and_no_one_by_itself(text: str) -> None:
    assert read_numerals(text, f"two hours. {text}") == []


def test_only_halves_join_a_number() -> None:
    found = read_numerals("two and a quarter", "two hours. two and a quarter")
    assert [one.value for one in found] == [2]
