"""How a grant goes, written once for the synchronous and the asynchronous client.

A grant is a generator: it gives the requests that are to be sent and the pauses that are to be
made, and is told the answers. Who drives it sends and sleeps in its own way.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

import httpx2

T = TypeVar("T")


@dataclass(frozen=True)
class Pause:
    """Nothing is to be done for so many seconds."""

    seconds: float


Step = httpx2.Request | Pause
Steps = Generator[Step, httpx2.Response | None, T]


def sent(request: httpx2.Request) -> Steps[httpx2.Response]:
    """Send a request; the value is the answer, read to its end."""
    response = yield request
    if response is None:
        raise RuntimeError("a request was driven without its answer")
    return response


def driven(steps: Steps[T], client: httpx2.Client) -> T:
    """The value of steps, by sending and sleeping."""
    answer: httpx2.Response | None = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            value: T = end.value
            return value
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            answer = None
        else:
            answer = client.send(step, auth=None)
