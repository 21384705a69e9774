"""Memory of one process that decides ten thousand different requests.

    python tests/endurance/long_life.py --requests 10000

Prints the resident memory as it goes. With the embedded model it takes half an hour on two cores.
"""

import argparse
from collections.abc import Iterator

import psutil
from rich.progress import track

from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import LazyDecoder
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.dataset import generate
from camara_qod.training.corpus.generate.uses import load_uses


def lived(settings: QodSettings, requests: int, step: int) -> Iterator[tuple[int, float]]:
    """Requests decided so far, and megabytes that the process holds.

    Args:
        settings: which model.
        requests: how many in all, no two alike.
        step: how many between two measurements.
    """
    interpreter = Interpreter(LazyDecoder(settings), settings)
    process = psutil.Process()
    cases = generate(load_uses(), requests, seed=1)
    conversations = [case["messages"] for case in track(cases, "conversations", total=requests)]
    for number, messages in enumerate(conversations, start=1):
        interpreter.interpret(messages)
        if number % step == 0:
            yield number, process.memory_info().rss / 2**20


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000)
    options = parser.parse_args()
    for number, megabytes in lived(QodSettings(), options.requests, step=500):
        print(f"{number} requests: {megabytes:.0f} MB", flush=True)  # noqa: T201
