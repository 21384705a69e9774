"""When a change needs a person's word, and what it leaves out."""

from datetime import UTC, datetime

import pytest

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.confirmation import doubts, is_below
from camara_qod.tools.interpreter.context import read
from camara_qod.tools.interpreter.decision import Decision, Interpretation
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.proposal import Proposal
from camara_qod.tools.settings import QodSettings

A, B = (f"3fa85f64-5717-4562-b3fc-2c963f66afa{digit}" for digit in "67")
PHONE = {"device": {"phoneNumber": "+351966666666"}, "qosProfile": "QOS_E", "duration": 7200}
CREATE = Decision("createSession", PHONE)
TO_SERVER = Decision(
    "createSession", PHONE | {"applicationServer": {"ipv4Address": "198.51.100.7"}}
)
LINK = "https://198.51.100.7:8443/app"
DELETE = Decision("deleteSession", {"sessionId": A})
EXTEND = Decision("extendQosSessionDuration", {"sessionId": A, "requestedAdditionalDuration": 900})
GET = Decision("getSession", {"sessionId": A})


@pytest.fixture(scope="module")
def told(catalogue: Catalogue, demo: QodSettings):
    """The doubts about a decision for a turn."""

    def tell(
        decision: Decision,
        text: str = "",
        known: tuple[str, ...] = (),
        confidence: float | None = 1.0,
        **settings: float,
    ) -> tuple[str, ...]:
        context = read([text], catalogue, demo, KnownSessions(known))
        made = Interpretation(decision, (), (), confidence, decision, 0.0, context)
        return doubts(made, demo.model_copy(update=settings))

    return tell


@pytest.fixture(scope="module")
def at_night(catalogue: Catalogue, demo: QodSettings):
    """The doubts about a session whose length is the one thing named, said at 20:51."""

    def tell(text: str) -> tuple[str, ...]:
        context = read([text], catalogue, demo, now=datetime(2026, 11, 30, 20, 51, tzinfo=UTC))
        (end,) = context.mentions
        seconds = Offer(context).pointed(Decision("createSession", {"duration": "A"}))
        made = Interpretation(
            Decision("createSession", PHONE | {"duration": seconds.decision.arguments["duration"]}),
            (),
            (),
            1.0,
            seconds.decision,
            0.0,
            context,
            {"duration": (end,)},
        )
        return doubts(made, demo)

    return tell


@pytest.mark.parametrize(
    ("decision", "confidence", "waits"),
    [
        (CREATE, 0.97, False),
        (CREATE, 0.969, True),
        (CREATE, None, False),
        (EXTEND, 0.97, False),
        (EXTEND, 0.969, True),
        (DELETE, 0.99, False),
        (DELETE, 0.989, True),
        (DELETE, None, True),
        (GET, 0.1, False),
        (Decision("decline"), 0.1, False),
        (Decision("clarify", {"missing": ["device"]}), None, False),
    ],
)
def test_the_thresholds(told, decision, confidence, waits) -> None:
    assert bool(told(decision, confidence=confidence)) is waits


def test_what_is_below_a_threshold_is_told_so(told) -> None:
    assert told(CREATE, confidence=0.968) == (
        "The model is 96% sure; below 97% it is asked first.",
    )


def test_the_thresholds_are_settings(told) -> None:
    assert told(CREATE, confidence=0.95, confirm_below=0.99)
    assert not told(CREATE, confidence=0.1, confirm_below=0)
    assert not told(DELETE, confidence=None, confirm_deletion_below=0)
    assert told(CREATE, confidence=1.0, confirm_below=1) == (
        "Changes are always asked about here.",
    )
    assert is_below("createSession", None, 1)


@pytest.mark.parametrize(
    ("decision", "text", "left"),
    [
        (EXTEND, "extend the first by 15 and the second by 20 minutes", "20 minutes"),
        (EXTEND, "+15 min for one, +20 min for the other", "20 min"),
        (EXTEND, "die erste 15 Minuten, die zweite 20 Minuten", "20 Minuten"),
        (DELETE, f"delete {A} and {B}", B),
        (DELETE, "end the one of +351 911 111 111", "+351 911 111 111"),
        (DELETE, "end the one of 2001:db8::7", "2001:db8::7"),
        (CREATE, "gaming on +351966666666 and +351911111111, 2 hours", "+351911111111"),
        (CREATE, "gaming on +351966666666 for 2 hours, then 3 hours of films", "3 hours"),
        (CREATE, "gaming on +351966666666, QOS_S too, 2 hours", "QOS_S"),
        (CREATE, "gaming on +351966666666 with QOS_X, 2 hours", "QOS_X"),
        (CREATE, f"gaming on +351966666666, from {LINK}, 2 hours", LINK),
        (CREATE, f"replace {A}: gaming on +351966666666 for 2 hours", A),
    ],
)
def test_what_is_named_and_not_used(told, decision, text, left) -> None:
    assert told(decision, text) == (f"Not used: {left}.",)


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (EXTEND, "15 minutes more please"),
        (EXTEND, f"{A}: fifteen minutes, I mean 15 minutes"),
        (DELETE, f"delete {A}, yes {A}"),
        (CREATE, "gaming on +351 966 666 666 for 2 hours"),
        (CREATE, "QOS_E for +351966666666 for two hours, 120 minutes"),
        (TO_SERVER, f"gaming on +351966666666, from {LINK}, 2 hours"),
        (CREATE, ""),
    ],
)
def test_what_is_used_is_no_remark(told, decision, text) -> None:
    assert told(decision, text) == ()


@pytest.mark.parametrize(
    ("decision", "text", "known", "others"),
    [
        (EXTEND, "extend both by 15 minutes", (A, B), B),
        (EXTEND, "extend it by 15 minutes", (A, B), B),
        (EXTEND, "15 minutes more for the first one", (A, B), B),
        (DELETE, "delete the first one and the last one", (A, B), B),
    ],
)
def test_one_of_several_sessions(told, decision, text, known, others) -> None:
    assert told(decision, text, known) == (f"One session at a time. Not touched: {others}.",)


@pytest.mark.parametrize("text", [f"extend {A} by 15 minutes", f"{A.upper()}: 15 minutes more"])
def test_the_one_that_is_named_is_no_remark(told, text) -> None:
    assert told(EXTEND, text, (A, B)) == ()


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("until 9:30", "21:30 UTC, not 09:30"),
        ("until ten o'clock", "22:00 UTC, not 10:00"),
        ("till halv tio", "21:30 UTC, not 09:30"),
        ("9:30", "21:30 UTC, not 09:30"),
        ("until 9:30 tomorrow", "2026-12-01 09:30 UTC, not 21:30"),
    ],
)
def test_an_end_in_either_half_of_the_day_waits(at_night, text, taken) -> None:
    assert at_night(text) == (f'"{text}" is taken as {taken}.',)


@pytest.mark.parametrize("text", ["until 10:00", "until 22:30", "until 9:30 pm", "bis 10 Uhr"])
def test_an_end_that_is_plain_does_not(at_night, text) -> None:
    assert at_night(text) == ()


def test_a_proposal_survives_its_json() -> None:
    proposal = Proposal("deleteSession", {"sessionId": A}, 0.5, ("Why not.",))
    assert Proposal.from_dict(proposal.to_dict()) == proposal
    assert proposal.text == f"This would delete session {A}. Why not. Say yes to do it."
    longer = Proposal(EXTEND.operation, EXTEND.arguments)
    assert longer.text.startswith(f"This would extend session {A} by 15 minutes.")
