"""Deletions that nobody asks for become questions."""

import pytest

from camara_qod.tools.catalogue import Catalogue
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
        ("cancel the first one", A, TWO, REJECTED),
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
        (
            "cancel everything",
            B,
            TWO,
            Deletions(),
            f"which of the 2, or give its id. 1. {A}; 2. {B}",
        ),
        ("cancel it", B, TWO, Deletions(), "One at a time"),
        ("alle beenden", B, THREE, Deletions(), "which of the 3"),
        ("cancel it", C, KnownSessions((A,), A), Deletions(), "One at a time"),
        ("cancel it", A, ONE, REJECTED, "was asked about already"),
        ("wait, only its state", A, ONE, REJECTED, "was asked about already"),
        ("cancel it", A, KnownSessions(), DONE, "deleted already"),
        (f"cancel {A}", A, KnownSessions(), DONE, "deleted already"),
        ("yes", A, ONE, Deletions(), "A yes alone deletes nothing."),
    ],
)
def test_what_is_not_is_a_question(decided, text, session, known, deletions, words) -> None:
    made = guarded(decided(text, session, known), deletions)
    assert made.decision == Decision("clarify", {"missing": ["sessionId"]})
    assert words in made.questions[0].text


def test_others_are_left_alone(decided) -> None:
    made = decided("how is it?", A, TWO)
    looked_at = Interpretation(
        Decision("getSession", {"sessionId": A}), (), (), 1.0, made.emitted, 0.0, made.context
    )
    assert guarded(looked_at, DONE) is looked_at
