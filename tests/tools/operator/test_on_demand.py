"""The mock operator of a plugin, made when somebody calls it."""

import subprocess
import sys

PROGRAM = """
import asyncio, sys
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings

plugin = QodPlugin(Interpreter(None, QodSettings(_env_file=None)))
print("fastapi" in sys.modules)
names = lambda found: sorted(item.name for item in found)
asked = plugin.client.edition.profile_request()
sync = names(plugin.client.retrieve_qos_profiles(asked))
print("fastapi" in sys.modules, len(sync))
print(names(asyncio.run(plugin.async_client.retrieve_qos_profiles(asked))) == sync)
plugin.close()
unused = QodPlugin(Interpreter(None, QodSettings(_env_file=None)))
unused.close()
"""


def test_it_is_made_at_the_first_call_and_serves_both_clients() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120
    )
    assert run.stderr == ""
    assert run.stdout.split() == ["False", "True", "4", "True"]
