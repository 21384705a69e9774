"""Until when a request may take, and whether anyone still waits for it."""

import threading
import time
from typing import NoReturn

from camara_qod.tools.errors import Cancelled, DecodingTimeout
from camara_qod.tools.wording import spoken

#: Seconds where nobody waits.
A_DAY = 86_400.0


class Deadline:
    """One for a whole request, however many decisions of the model it takes.

    Args:
        seconds: from now on, waiting for the model included.
        cancelled: once it is set, nobody waits any more.
    """

    def __init__(self, seconds: float = A_DAY, cancelled: threading.Event | None = None) -> None:
        self._seconds = seconds
        self._at = time.monotonic() + seconds
        self._cancelled = cancelled

    @property
    def remaining(self) -> float:
        """Seconds until then; 0 after it."""
        return max(0.0, self._at - time.monotonic())

    def check(self) -> None:
        """To be called before each piece of work.

        Raises:
            Cancelled: nobody waits any more.
            DecodingTimeout: it has passed.
        """
        if self._cancelled is not None and self._cancelled.is_set():
            raise Cancelled("The request was cancelled before it was decided.")
        if not self.remaining:
            self.missed()

    def missed(self) -> NoReturn:
        """It has passed.

        Raises:
            DecodingTimeout: always.
        """
        raise DecodingTimeout(
            f"The request took longer than {spoken(self._seconds)} and was stopped: shorten the "
            "conversation, or raise QOD_TIME_LIMIT."
        )
