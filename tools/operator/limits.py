"""How many calls a client may make."""

import math
import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from camara_qod.tools.camara.errors import TooManyRequests
from camara_qod.tools.errors import UsageError


class RateLimit:
    """A moving window for each client.

    Args:
        limit: such as `100/second` or `20 per minute`; `None`: no limit.

    Raises:
        UsageError: it is not of that form, or lets nobody call.
    """

    def __init__(self, limit: str | None) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._item = _item(limit) if limit else None

    def count(self, client: str) -> None:
        """Count a call.

        Raises:
            TooManyRequests: 429, with the seconds to wait.
        """
        if self._item is None or self._limiter.hit(self._item, client):
            return
        reset = self._limiter.get_window_stats(self._item, client).reset_time
        raise TooManyRequests(
            429,
            "TOO_MANY_REQUESTS",
            "Rate limit reached.",
            retry_after=max(1, math.ceil(reset - time.time())),
        )


def _item(limit: str) -> RateLimitItem:
    wrong = f"--rate-limit is a number of calls and a time, such as 100/second, and not {limit}."
    try:
        found = parse_many(limit)
    except ValueError as error:
        raise UsageError(wrong) from error
    if len(found) > 1 or found[0].amount < 1:
        raise UsageError(wrong)
    return found[0]
