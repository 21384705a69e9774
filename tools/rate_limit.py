"""How many calls somebody may make in a time: a moving window, in this process or in Redis."""

import math
import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter


class RateLimit:
    """A moving window for each caller.

    Args:
        rate: as `rate_of` reads it; `None`: no limit.
        storage: where calls are counted; by default in this process.
    """

    def __init__(self, rate: RateLimitItem | None, storage: Storage | None = None) -> None:
        self.rate = rate
        self._limiter = MovingWindowRateLimiter(storage or MemoryStorage())

    def wait(self, caller: str) -> int:
        """Count a call.

        Returns:
            0 where it may be made, else the seconds to wait.
        """
        if self.rate is None or self._limiter.hit(self.rate, caller):
            return 0
        reset = self._limiter.get_window_stats(self.rate, caller).reset_time
        return max(1, math.ceil(reset - time.time()))


def rate_of(text: str) -> RateLimitItem:
    """A number of calls and a time, such as `100/second` or `20 per minute`.

    Raises:
        ValueError: it is not of that form, or lets nobody call.
    """
    found = parse_many(text)
    if len(found) > 1 or found[0].amount < 1:
        raise ValueError(text)
    return found[0]
