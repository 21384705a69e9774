"""Every documented install line resolves: the package registry is asked, nothing is installed.

Minutes, and the network: `pytest tests/test_installs.py -m unsloth`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LINES = {
    "plain": ("constraints.txt", "."),
    "train": ("constraints.txt", ".[train]"),
    "unsloth": ("constraints-unsloth.txt", ".[train] unsloth liger-kernel"),
    "notebook": ("constraints-gpu.txt", ".[train]"),
}


@pytest.mark.unsloth
@pytest.mark.parametrize("name", LINES)
def test_an_install_line_resolves(name: str, tmp_path: Path) -> None:
    pins, words = LINES[name]
    if name == "notebook":  # which keeps the image's own torch
        lines = Path("constraints.txt").read_text(encoding="utf-8").splitlines()
        pins = str(tmp_path / pins)
        Path(pins).write_text("\n".join(one for one in lines if not one.startswith("torch==")))
    command = ["pip", "install", "--dry-run", "--ignore-installed", "-q", "-c", pins]
    done = subprocess.run(
        [sys.executable, "-m", *command, *words.split()],
        # The public registry alone, whatever this machine is configured to take.
        env=os.environ | {"PIP_CONFIG_FILE": os.devnull, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "does not provide the extra" not in done.stderr
