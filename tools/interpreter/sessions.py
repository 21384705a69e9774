"""The operations on sessions that exist: by their id, or by their device."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from camara_qod.tools.camara.models import (
    INT32_MAX,
    ExtendSessionDuration,
    Request,
    RetrieveSessionsInput,
    SessionId,
)
from camara_qod.tools.interpreter import candidates
from camara_qod.tools.interpreter.completion import Note, device_step, finish
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Assumption, Completed, Question
from camara_qod.tools.interpreter.reading.mention import Length
from camara_qod.tools.interpreter.schema import narrowed
from camara_qod.tools.interpreter.times import not_understood, unread_times
from camara_qod.tools.wording import spoken

GET = "getSession"
DELETE = "deleteSession"
EXTEND = "extendQosSessionDuration"
RETRIEVE = "retrieveSessionsByDevice"


class SessionReference(Request):
    """Arguments of `getSession` and `deleteSession`: the path parameter."""

    session_id: SessionId


class SessionExtension(ExtendSessionDuration, SessionReference):
    """Arguments of `extendQosSessionDuration`: path parameter and body."""


def reference(context: Context) -> list[dict[str, Any]]:
    """Arguments of an operation on one session: an id out of the conversation, if there is one."""
    return [narrowed(SessionReference, {"session_id": _ids(context)})]


def extension(context: Context) -> list[dict[str, Any]]:
    """Arguments of `extendQosSessionDuration`."""
    values: dict[str, Sequence[Any]] = {
        "session_id": _ids(context),
        "requested_additional_duration": candidates.extensions(context),
    }
    return [narrowed(SessionExtension, values)]


def of_device(context: Context) -> list[dict[str, Any]]:
    """Arguments of `retrieveSessionsByDevice`: "and for …" asks about another device."""
    devices = candidates.devices(context)
    return [
        narrowed(RetrieveSessionsInput, {"device": [*candidates.of_newest(devices, context), None]})
    ]


def _ids(context: Context) -> list[str | None]:
    return [*candidates.session_ids(context)] or [None]


def complete_reference(operation: str) -> Callable[[dict[str, Any], Context], Completed]:
    """Completion of `getSession` or `deleteSession`."""

    def complete(emitted: dict[str, Any], context: Context) -> Completed:
        body = dict(emitted)
        notes: list[Note] = list(_session_step(body, context))
        return finish(operation, body, notes)

    return complete


def complete_extension(emitted: dict[str, Any], context: Context) -> Completed:
    """A session, and how much longer, which has no default."""
    body = dict(emitted)
    notes: list[Note] = [*_session_step(body, context), *_extension_step(body, context)]
    return finish(EXTEND, body, notes)


def complete_of_device(emitted: dict[str, Any], context: Context) -> Completed:
    """A device, or the configured one."""
    body = {name: value for name, value in emitted.items() if value is not None}
    notes: list[Note] = list(device_step(body, context))
    return finish(RETRIEVE, body, notes)


def _session_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    """The session whose id was written, else the one that the conversation is about."""
    if body["sessionId"] is not None:
        return
    meant = context.sessions.meant(context.messages[-1])
    if meant is not None:
        body["sessionId"] = meant
        yield Assumption("sessionId", meant, "the session this conversation is about")
    elif len(context.sessions.listed) > 1:
        count = len(context.sessions.listed)
        yield Question("sessionId", f"Which session? Say which of the {count}, or give its id.")
    else:
        yield Question("sessionId", "Which session? Give its id.")


_ASK_LONGER = "How much longer?"


def _extension_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    name, said = "requestedAdditionalDuration", body["requestedAdditionalDuration"]
    if said is None:
        unread = unread_times(context)
        text = not_understood(unread, context, _ASK_LONGER) if unread else _ASK_LONGER
        yield Question(name, text)
        return
    seconds = _added(said, body["sessionId"], context)
    if seconds is None:
        yield Question(name, f"How long that session lasts is not known here. {_ASK_LONGER}")
    elif not 1 <= seconds <= INT32_MAX:
        words = spoken(seconds) if seconds > 0 else "no time at all"
        yield Question(name, f"A session cannot be extended by {words}. {_ASK_LONGER}")
    elif seconds != said:
        body[name] = seconds
        yield Assumption(name, seconds, "reckoned from how long the session lasts now")


def _added(said: int, session_id: str | None, context: Context) -> int | None:
    """What is to be added, where a new end or a new length of the whole was said."""
    lengths = [item for item in context.mentions.of(Length) if item.seconds == said]
    length = lengths[-1] if lengths else None
    if length is None or (length.until is None and not length.total):
        return said
    times = context.sessions.times.get(session_id or "")
    if times is None:
        return None
    if length.total:
        return said - times.duration
    if times.expires_at is None or length.until is None:
        return None
    return round((length.until - times.expires_at).total_seconds())
