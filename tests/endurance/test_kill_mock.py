import pytest

from .kill_mock import endure


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_process_is_killed() -> None:
    assert len(endure(kills=5, seed=1).created) > 50
