"""How many calls a client may make."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from camara_qod.tools.camara.errors import TooManyRequests
from camara_qod.tools.errors import SettingsError


class RateLimit:
    """A moving window for each client.

    Args:
        limit: such as `100/second` or `20 per minute`; `None`: no limit.

    Raises:
        SettingsError: it is not of that form.
    """

    def __init__(self, limit: str | None) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._item: RateLimitItem | None = None
        if limit:
            try:
                self._item = parse(limit)
            except ValueError as error:
                raise SettingsError(
                    f"The rate limit {limit!r} does not hold: write it like 100/second."
                ) from error

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
