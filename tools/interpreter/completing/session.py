"""Which session is meant, and where news of one are sent."""

from collections.abc import Iterator

from camara_qod.tools.interpreter.completing.draft import Draft, Note, asking
from camara_qod.tools.interpreter.decision import Assumption, Question
from camara_qod.tools.interpreter.reading.mention import Address, Phone
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.wording import in_words


def session_step(draft: Draft) -> Iterator[Note]:
    """The session that was pointed at: its id was written, or the API has named it."""
    chosen = draft.body.get("sessionId")
    known = draft.context.sessions
    if chosen is None and (theirs := _of_named_device(draft)):
        yield theirs
    elif chosen is None and len(known.ids) > 1:
        text = f"Which session? Say which of the {len(known.ids)}, or give its id."
        yield Question("sessionId", text, known.ids)
    elif chosen is None:
        yield Question("sessionId", "Which session? Give its id.")
    elif not any(chosen in message.lower() for message in draft.context.messages):
        yield Assumption("sessionId", chosen, _which(chosen, known))


def _which(chosen: str, known: KnownSessions) -> str:
    """How a session was spoken of, and whose it is: by its id alone nobody knows it."""
    told = "the session this conversation is about"
    if known.ids[1:] and chosen in known.ids:
        told = f"number {known.ids.index(chosen) + 1} of the sessions in this conversation"
    device = known.devices.get(chosen)
    return f"{told}, of {in_words('device', dict(device))}" if device else told


def _of_named_device(draft: Draft) -> Question | None:
    """A question among the sessions of a device that stands in the text, where some are known."""
    devices = (item.number if isinstance(item, Phone) else item.text for item in _ends(draft))
    for device in devices:
        if ids := draft.context.sessions.of_device(device):
            text = f"Which session? Known for {device}: {', '.join(ids)}."
            return Question("sessionId", text, ids)
    return None


def _ends(draft: Draft) -> list[Phone | Address]:
    """What may name a device, the newest first."""
    found = [item for item in draft.context.mentions if isinstance(item, Phone | Address)]
    return found[::-1]


def sink_step(draft: Draft) -> Iterator[Note]:
    """A link that cannot be used is asked about, not left out."""
    if wrong := draft.wrong("sink"):
        yield asking("sink", wrong, "Where are notifications to be sent?")
