from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.camara.models import QosStatus, StatusInfo
from camara_qod.tools.operator.session import GRACE, Session

REQUEST = {"applicationServer": {"ipv4Address": "203.0.113.100"}, "qosProfile": "QOS_E"}


def session(**fields) -> Session:
    return Session("3fa85f64-5717-4562-b3fc-2c963f66afa6", "app", REQUEST, 600, **fields)


def test_the_clock_takes_it_through_all_states() -> None:
    requested = session(available_at=100)
    assert requested.steps(99) == []
    (available,) = requested.steps(100)
    assert (available.status, available.started_at) == (QosStatus.AVAILABLE, 100)
    assert available.steps(699) == []
    (ended,) = available.steps(700)
    assert (ended.ended_at, ended.reason) == (700, StatusInfo.DURATION_EXPIRED)
    assert not ended.forgotten(700 + GRACE - 1)
    assert ended.forgotten(700 + GRACE)


def test_a_long_absence_passes_every_state_once() -> None:
    states = [step.status for step in session(available_at=100).steps(10**9)]
    assert states == [QosStatus.AVAILABLE, QosStatus.UNAVAILABLE]
    assert session(available_at=100).steps(10**9)[-1].ended_at == 700


def test_what_is_told_in_each_state() -> None:
    waiting = session().info()
    assert waiting["qosStatus"] == "REQUESTED"
    assert "startedAt" not in waiting
    assert "expiresAt" not in waiting
    started = session(started_at=0).info()
    assert started["startedAt"] == "1970-01-01T00:00:00Z"
    assert started["expiresAt"] == "1970-01-01T00:10:00Z"
    over = session(started_at=0).ended(90, StatusInfo.NETWORK_TERMINATED).info()
    assert (over["duration"], over["expiresAt"]) == (90, "1970-01-01T00:01:30Z")
    assert over["statusInfo"] == "NETWORK_TERMINATED"


def test_a_terminated_session_keeps_its_flow_and_an_expired_one_does_not() -> None:
    started = session(started_at=0)
    assert started.ended(5, StatusInfo.NETWORK_TERMINATED).blocks
    assert not started.ended(600, StatusInfo.DURATION_EXPIRED).blocks


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_an_extension_never_shortens_and_never_exceeds(seconds: int, longest: int) -> None:
    longer = session(started_at=0).extended(seconds, longest)
    assert 600 <= longer.duration <= max(600, longest)
