"""Decides what it is sent, and tells how long it took: one build of the package, in a process.

Started by `earlier_build.py` under the Python of each build, so it uses only what both have. Reads
a JSON list of conversations a line, and answers with their seconds.
"""

import json
import sys
import time

from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import load_settings


def decide(interpreter: Interpreter, conversations: list[list[str]]) -> float:
    """Seconds for all of them: one by itself, or several together."""
    started = time.perf_counter()
    if len(conversations) == 1:
        interpreter.interpret(conversations[0])
    else:
        interpreter.interpret_many(conversations)
    return time.perf_counter() - started


def main() -> None:
    """Answer line by line until the input ends."""
    interpreter = QodPlugin.from_settings(load_settings()).interpreter
    for line in sys.stdin:
        print(json.dumps(decide(interpreter, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
