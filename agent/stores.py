"""Databases in which something is kept, and how their failures are told."""

import re

from camara_qod.tools.errors import Unavailable


class StoreError(Unavailable):
    """Conversations cannot be kept or read: the store does not answer, or takes no more."""


class DamagedStore(StoreError):
    """What is kept of a conversation is no conversation any more."""


def place_of(url: str) -> str:
    """The URL of a database for people to read: without user, password and options."""
    head, at, tail = url.rpartition("@")
    kind, known, _ = head.partition("://")
    place = tail.partition("?")[0]
    return f"{kind + known if known else ''}…@{place}" if at else place


def reason(error: Exception, url: str = "") -> str:
    """The first line of what went wrong; nothing in it is of the URL's password.

    Args:
        error: whatever a database's driver or library raised.
        url: that was used.
    """
    secret = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    told = getattr(error, "strerror", None) or str(error)
    line = next(iter(told.strip().splitlines()), type(error).__name__).rstrip(".")
    return re.sub('"([^"]+)"', lambda name: '"…"' if name[1] in secret else name[0], line)
