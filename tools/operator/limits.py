"""How many calls a client may make."""

from camara_qod.tools.camara.errors import TooManyRequests
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.rate_limit import RateLimit, rate_of

_REACHED = "The rate limit is reached: call again after the seconds of Retry-After."


class Limits:
    """A moving window for each client.

    Args:
        limit: such as `100/second` or `20 per minute`; `None`: no limit.

    Raises:
        SettingsError: it is not of that form, or lets nobody call.
    """

    def __init__(self, limit: str | None) -> None:
        try:
            self._limit = RateLimit(rate_of(limit) if limit else None)
        except ValueError as error:
            raise SettingsError(
                "--rate-limit is a number of calls and a time, such as 100/second, and not "
                f"{limit}."
            ) from error

    def count(self, client: str) -> None:
        """Count a call.

        Raises:
            TooManyRequests: 429, with the seconds to wait.
        """
        if wait := self._limit.wait(client):
            raise TooManyRequests(429, "TOO_MANY_REQUESTS", _REACHED, retry_after=wait)
