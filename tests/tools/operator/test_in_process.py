"""The mock operator inside another program."""

import subprocess
import sys

PROGRAM = """
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings

plugin = QodPlugin.from_settings(QodSettings(_env_file=None), lazy=True)
print(plugin.mock)
"""


def test_a_program_that_closes_nothing_ends_without_a_traceback() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout == "True\n"
    assert "Traceback" not in run.stderr
