"""Where the time goes: functions that are watched while they run."""

import functools
import time
from collections import defaultdict
from typing import Any


class Stopwatch:
    """Seconds and calls of the functions it watches, by label."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)

    def watch(self, owner: Any, attribute: str, label: str) -> None:
        """Put a function that takes its time in the place of one of an object, class or module."""
        watched = getattr(owner, attribute)

        @functools.wraps(watched)
        def timed(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return watched(*arguments, **options)
            finally:
                self.seconds[label] += time.perf_counter() - started
                self.calls[label] += 1

        setattr(owner, attribute, timed)

    def reset(self) -> None:
        """Begin at nothing, as after warming up."""
        self.seconds.clear()
        self.calls.clear()
