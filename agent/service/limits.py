"""How many calls a caller may make, counted in this process or in Redis."""

from limits import RateLimitItem
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string

from camara_qod.agent.service.problems import Problem
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.rate_limit import RateLimit, rate_of


class Limits:
    """A moving window for each caller.

    Args:
        limit: such as `600/minute`; `None` or `none`: no limit.
        redis: `redis://…`, shared by several processes.

    Raises:
        SettingsError: the limit is not of that form, or Redis cannot be used.
    """

    def __init__(self, limit: str | None, redis: str | None = None) -> None:
        self._limit = RateLimit(_rate(limit), _storage(redis))

    def count(self, caller: str) -> None:
        """Count a call.

        Raises:
            Problem: 429, with the seconds to wait.
        """
        if wait := self._limit.wait(caller):
            raise Problem(
                429,
                "Too many calls",
                f"More than {self._limit.rate} were made: wait {wait} seconds.",
                headers={"Retry-After": str(wait)},
            )


def _rate(limit: str | None) -> RateLimitItem | None:
    try:
        return rate_of(limit) if limit and limit != "none" else None
    except ValueError as error:
        raise SettingsError(
            f"QOD_SERVE_RATE_LIMIT is such as 600/minute, and not {limit}."
        ) from error


def _storage(redis: str | None) -> Storage:
    try:
        storage = storage_from_string(redis or "memory://")
        alive = storage.check()
    except (ConfigurationError, ImportError, ValueError) as error:
        raise SettingsError(f"QOD_SERVE_REDIS cannot be used: {error}.") from error
    if not alive or not isinstance(storage, Storage):
        raise SettingsError("Redis does not answer: check QOD_SERVE_REDIS.")
    return storage
