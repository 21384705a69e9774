"""How many calls a caller may make, counted in this process or in Redis."""

from limits import RateLimitItem
from limits.errors import ConfigurationError, StorageError
from limits.storage import Storage, storage_from_string

from camara_qod.agent.service.problems import Problem, unanswered
from camara_qod.tools.errors import SettingsError, Unavailable
from camara_qod.tools.rate_limit import RateLimit, rate_of


class Limits:
    """A moving window for each caller.

    Args:
        limit: such as `600/minute`; `None` or `none`: no limit.
        redis: `redis://…`, shared by several processes.

    Raises:
        SettingsError: the limit or the URL is not of that form.
        Unavailable: Redis does not answer.
    """

    def __init__(self, limit: str | None, redis: str | None = None) -> None:
        self._limit = RateLimit(_rate(limit), _storage(redis))

    def count(self, caller: str) -> None:
        """Count a call.

        Raises:
            Problem: 429, with the seconds to wait; 503, Redis does not answer.
        """
        try:
            wait = self._limit.wait(caller)
        except StorageError as error:
            raise unanswered("Redis") from error
        if wait:
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
        storage = storage_from_string(redis or "memory://", wrap_exceptions=bool(redis))
    # The errors repeat the URL, and so its password.
    except (ConfigurationError, ImportError, ValueError) as error:
        raise _no_redis() from error
    if not isinstance(storage, Storage):
        raise _no_redis()
    if not storage.check():
        raise Unavailable("Redis does not answer: look whether it runs, and check QOD_SERVE_REDIS.")
    return storage


def _no_redis() -> SettingsError:
    return SettingsError(
        "QOD_SERVE_REDIS is no URL of a Redis that can be used: give redis://HOST:PORT (with pip "
        "install 'camara-qod[serve]')."
    )
