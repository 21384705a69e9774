"""How sure the model is of each part of its answer."""

import pytest

from camara_qod.tools.interpreter.certainty import certainty
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.provenance import sources
from camara_qod.tools.settings import QodSettings

ANSWER = '"create device A need -"'


def test_each_choice_counts_for_the_part_that_it_is_in() -> None:
    device, profile = ANSWER.index(" A"), ANSWER.index(" -")
    found = certainty(ANSWER, [1, 3, device, profile], [0.5, 0.5, 0.25, 0.125])
    assert found == {"operation": 0.25, "device": 0.25, "qosProfile": 0.125}


def test_an_engine_that_tells_nothing_is_sure_of_nothing() -> None:
    assert certainty(ANSWER, [], []) == certainty(ANSWER, [], [0.5]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Need low latency for gaming, IP 192.168.1.50, 2 hours",
        "which profiles are there?",
        "Videoanruf auf +49 171 3382904, ports 5000-5010, eine Stunde",
    ],
)
def test_each_part_is_a_probability_and_what_was_pointed_at_stands_in_the_text(
    embedded: object, demo: QodSettings, text: str
) -> None:
    made = Interpreter(embedded, demo).interpret(text)  # type: ignore[arg-type]
    assert made.certainty["operation"] > 0
    assert made.confidence is not None
    assert 0 < made.confidence <= 1
    assert all(0 < part <= 1 for part in made.certainty.values())
    for source in sources(made):
        assert text[source.start : source.end] == source.text
        assert source.argument in made.decision.arguments


def test_the_kind_of_a_refusal_makes_it_no_less_certain() -> None:
    text = '"decline thanks"'
    found = certainty(text, [1, text.index(" ")], [0.9, 0.4])
    assert found == {"operation": 0.9}
