"""How many calls a caller may make, counted in this process or in Redis."""

import math
import time

from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from camara_qod.agent.service.problems import Problem
from camara_qod.tools.errors import SettingsError


class Limits:
    """A moving window for each caller.

    Args:
        limit: such as `600/minute`; `None` or `none`: no limit.
        redis: `redis://…`, shared by several processes.

    Raises:
        SettingsError: the limit is not of that form, or Redis cannot be used.
    """

    def __init__(self, limit: str | None, redis: str | None = None) -> None:
        self._item = _item(limit) if limit and limit != "none" else None
        try:
            self._limiter = MovingWindowRateLimiter(storage_from_string(redis or "memory://"))
            alive = self._limiter.storage.check()
        except (ConfigurationError, ImportError, ValueError) as error:
            raise SettingsError(f"QOD_SERVE_REDIS cannot be used: {error}.") from error
        if not alive:
            raise SettingsError("Redis does not answer: check QOD_SERVE_REDIS.")

    def count(self, caller: str) -> None:
        """Count a call.

        Raises:
            Problem: 429, with the seconds to wait.
        """
        if self._item is None or self._limiter.hit(self._item, caller):
            return
        reset = self._limiter.get_window_stats(self._item, caller).reset_time
        wait = max(1, math.ceil(reset - time.time()))
        raise Problem(
            429,
            "Too many calls",
            f"More than {self._item} were made: wait {wait} seconds.",
            headers={"Retry-After": str(wait)},
        )


def _item(limit: str) -> RateLimitItem:
    wrong = f"QOD_SERVE_RATE_LIMIT is such as 600/minute, and not {limit}."
    try:
        found = parse_many(limit)
    except ValueError as error:
        raise SettingsError(wrong) from error
    if len(found) > 1 or found[0].amount < 1:
        raise SettingsError(wrong)
    return found[0]
