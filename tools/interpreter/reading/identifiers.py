"""Ids of sessions, and network access identifiers, which CAMARA has no use for yet."""

import re
from collections.abc import Iterator

from camara_qod.tools.interpreter.reading.mention import Invalid, Mention, SessionId
from camara_qod.tools.interpreter.reading.text import Turn

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
#: It is in CAMARA's schema "for future-proofing", and its use is not allowed yet (description of
#: `Device` in quality-on-demand 1.1.0).
_NAI = re.compile(r"(?<![\w.+@-])[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w-])")


def session_ids(turn: Turn) -> Iterator[Mention]:
    """UUIDs; one inside a longer token is none."""
    for match in _UUID.finditer(turn.rest):
        if turn.whole(*match.span()):
            yield SessionId(turn.number, *match.span(), match[0].lower())


def access_identifiers(turn: Turn) -> Iterator[Mention]:
    """`user@realm`: no identifier of a device yet."""
    for match in _NAI.finditer(turn.rest):
        reason = f"CAMARA does not allow network access identifiers such as {match[0]} yet"
        yield Invalid(turn.number, *match.span(), ("device",), reason)
