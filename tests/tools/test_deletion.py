"""Deletions that nobody asks for become questions, and those of one of several wait for a yes."""

import pytest

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.confirmation import doubts
from camara_qod.tools.deletion import Deletions, guarded
from camara_qod.tools.interpreter.context import read
from camara_qod.tools.interpreter.decision import Decision, Interpretation
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.settings import QodSettings

A, B, C = (f"3fa85f64-5717-4562-b3fc-2c963f66afa{digit}" for digit in "678")
ONE, TWO, THREE = KnownSessions((A,), A), KnownSessions((A, B), B), KnownSessions((A, B, C), B)
REJECTED = Deletions(answered=frozenset({A}))
DONE = Deletions(done=frozenset({A}), answered=frozenset({A}))


@pytest.fixture(scope="module")
def decided(catalogue: Catalogue, demo: QodSettings):
    """The deletion of a session that a turn was taken for."""

    def decide(text: str, session: str, known: KnownSessions) -> Interpretation:
        decision = Decision("deleteSession", {"sessionId": session})
        context = read([text], catalogue, demo, known)
        return Interpretation(decision, (), (), 1.0, decision, 0.0, context)

    return decide


@pytest.mark.parametrize(
    ("text", "session", "known", "deletions"),
    [
        ("cancel it", A, ONE, Deletions()),
        (f"cancel {A}", A, KnownSessions(), Deletions()),
        (f"cancel {A}", A, TWO, Deletions()),
        (f"cancel {A.upper()}", A, THREE, REJECTED),
        ("cancel the second one", B, TWO, REJECTED),
        ("cancel the other one", A, TWO, Deletions()),
        ("cancel the first and the last one", C, THREE, Deletions()),
        ("stop", A, ONE, Deletions()),
    ],
)
def test_what_is_asked_for_is_proposed(decided, text, session, known, deletions) -> None:
    made = decided(text, session, known)
    assert guarded(made, deletions) is made


@pytest.mark.parametrize(
    ("text", "session", "known", "deletions", "words"),
    [
        ("cancel it", A, ONE, REJECTED, "was asked about already"),
        ("wait, only its state", A, ONE, REJECTED, "was asked about already"),
        ("cancel the first one", A, TWO, REJECTED, "was asked about already"),
        ("cancel it", A, KnownSessions(), DONE, "deleted already"),
        (f"cancel {A}", A, KnownSessions(), DONE, "deleted already"),
        ("yes", A, ONE, Deletions(), "A yes alone deletes nothing."),
    ],
)
def test_what_is_not_is_a_question(decided, text, session, known, deletions, words) -> None:
    made = guarded(decided(text, session, known), deletions)
    assert made.decision == Decision("clarify", {"missing": ["sessionId"]})
    assert words in made.questions[0].text


@pytest.mark.parametrize(
    ("text", "session", "known", "others"),
    [
        ("cancel everything", B, TWO, A),
        ("cancel it", B, TWO, A),
        ("cancel the second one", B, TWO, A),
        ("alle beenden", B, THREE, f"{A}, {C}"),
        ("cancel it", C, KnownSessions((A,), A), A),
    ],
)
def test_one_of_several_whose_id_is_not_written_always_waits(
    decided, demo: QodSettings, text, session, known, others
) -> None:
    made = guarded(decided(text, session, known))
    never = demo.model_copy(update={"confirm_below": 0, "confirm_deletion_below": 0})
    assert made.decision == Decision("deleteSession", {"sessionId": session})
    assert doubts(made, never) == (f"One session at a time. Not touched: {others}.",)


def test_others_are_left_alone(decided) -> None:
    made = decided("how is it?", A, TWO)
    looked_at = Interpretation(
        Decision("getSession", {"sessionId": A}), (), (), 1.0, made.emitted, 0.0, made.context
    )
    assert guarded(looked_at, DONE) is looked_at
