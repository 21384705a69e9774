import pytest

from .kill_service import endure


@pytest.mark.slow
def test_no_session_is_lost_or_made_twice_when_the_service_is_killed() -> None:
    assert len(endure(kills=4, seed=1).sessions) > 5
