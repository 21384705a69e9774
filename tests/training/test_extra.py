"""`qod-train` where only the base is installed."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
PROGRAM = """
import sys
for name in {missing}:
    sys.modules[name] = None
from camara_qod.training.cli import main
main()
"""


def extra(name: str) -> list[str]:
    """The packages of an extra, as they are imported."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    named = [Requirement(line).name for line in project["optional-dependencies"][name]]
    return ["yaml" if one == "pyyaml" else one for one in named]


@pytest.mark.parametrize("command", ["data embedded", "sft embedded", "dpo embedded", "report ."])
def test_without_the_extra_one_sentence_tells_how_to_get_it(command: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(missing=extra("train")), *command.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 1
    assert 'pip install "camara-qod[train]".' in " ".join(run.stderr.split())
    assert "is missing" in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


def test_help_needs_no_extra() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(missing=extra("train")), "--help"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0
    assert "evaluate" in run.stdout
