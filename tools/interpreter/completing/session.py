"""Which session is meant, and where news of one are sent."""

from collections.abc import Iterator

from camara_qod.tools.interpreter.completing.draft import Draft, Note, asking
from camara_qod.tools.interpreter.decision import Assumption, Question


def session_step(draft: Draft) -> Iterator[Note]:
    """The session that was pointed at: its id was written, or the API has named it."""
    chosen = draft.body.get("sessionId")
    known = draft.context.sessions
    if chosen is None and len(known.ids) > 1:
        count = len(known.ids)
        yield Question("sessionId", f"Which session? Say which of the {count}, or give its id.")
    elif chosen is None:
        yield Question("sessionId", "Which session? Give its id.")
    elif not any(chosen in message.lower() for message in draft.context.messages):
        yield Assumption("sessionId", chosen, "the session this conversation is about")


def sink_step(draft: Draft) -> Iterator[Note]:
    """A link that cannot be used is asked about, not left out."""
    if wrong := draft.wrong("sink"):
        yield asking("sink", wrong, "Where are notifications to be sent?")
