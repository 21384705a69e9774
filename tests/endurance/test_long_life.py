from pathlib import Path

import pytest

from camara_qod.tools.settings import QodSettings

from .long_life import lived


@pytest.mark.slow
def test_a_process_that_decides_for_long_does_not_grow(tiny_phi3: Path) -> None:
    settings = QodSettings(_env_file=None, device="cpu", model=str(tiny_phi3))
    held = [megabytes for _, megabytes in lived(settings, requests=1500, step=500)]
    assert held[-1] - held[0] < 20
