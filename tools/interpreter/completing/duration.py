"""How long a session is to last, or how much longer."""

from collections.abc import Iterator
from datetime import datetime

from camara_qod.tools.camara.models import INT32_MAX
from camara_qod.tools.catalogue import CatalogueProfile
from camara_qod.tools.interpreter.completing.draft import Draft, Note, asking
from camara_qod.tools.interpreter.decision import Assumption, Question
from camara_qod.tools.interpreter.reading.lengths import TimeOfDay, Unread
from camara_qod.tools.interpreter.reading.mention import Length, Mention, Moment, Number
from camara_qod.tools.wording import spoken, zone_name

_ADDED = "requestedAdditionalDuration"
_ASK = "For how long?"
_ASK_LONGER = "How much longer?"
_AT_ONCE = "A session begins at once and cannot be booked ahead"


def duration_step(draft: Draft) -> Iterator[Note]:
    """What was said, or the configured length where no time was spoken of."""
    reasons = _not_usable(draft, "duration")
    if reasons or ("duration" in draft.pointed and draft.body.get("duration") is None):
        yield asking("duration", reasons, _ASK)
        return
    if draft.body.get("duration") is None:
        default = draft.context.settings.default_duration
        if default is None:
            yield Question("duration", _ASK)
            return
        draft.body["duration"] = default
        yield Assumption("duration", default, "the configured default duration")
    yield from _within_limits(draft)


def _within_limits(draft: Draft) -> Iterator[Note]:
    seconds = draft.body["duration"]
    profiles = _chosen_or_any(draft)
    if profiles and not any(item.allows(seconds) for item in profiles):
        low = min(item.limits[0] for item in profiles)
        high = max(item.limits[1] for item in profiles)
        limits = f"{spoken(low)} to {spoken(high)}"
        text = f"{spoken(seconds)} is outside the limits, {limits}. {_ASK}"
        again = f"For how long, if not {spoken(seconds)}? It can be {limits}."
        yield Question("duration", text, again=again)
        return
    for until in _ends(draft):
        reason = f"from now until {clock_text(until, draft.context.now)}"
        yield Assumption("duration", seconds, reason)


def _ends(draft: Draft) -> Iterator[datetime]:
    """The moments that a length was reckoned to."""
    for item in draft.pointed.get("duration", ()):
        if isinstance(item, Length) and item.until is not None:
            yield item.until
        if isinstance(item, Moment) and isinstance(item.time, TimeOfDay):
            yield item.time.moment(draft.context.now)


def two_halves(item: Mention, now: datetime) -> datetime | None:
    """The end that was taken where the words could mean the other half of the day as well."""
    if isinstance(item, Length) and item.dial:
        return item.until
    if isinstance(item, Moment) and isinstance(item.time, TimeOfDay) and item.time.clock.dial:
        return item.time.moment(now)
    return None


def _chosen_or_any(draft: Draft) -> list[CatalogueProfile]:
    chosen = draft.context.catalogue.get(draft.body.get("qosProfile") or "")
    return [chosen] if chosen else draft.context.catalogue.active


def clock_text(moment: datetime, now: datetime) -> str:
    """A moment as a person reads it, with its zone, and its day where that is not today."""
    day = "" if moment.date() == now.date() else f"{moment:%Y-%m-%d} "
    return f"{day}{moment:%H:%M} {zone_name(moment)}"


def extension_step(draft: Draft) -> Iterator[Note]:
    """What is to be added, which has no default."""
    if reasons := _not_usable(draft, _ADDED):
        yield asking(_ADDED, reasons, _ASK_LONGER)
        return
    said = draft.body.get(_ADDED)
    if said is None:
        yield Question(_ADDED, _ASK_LONGER)
        return
    seconds = _added(said, draft)
    if seconds is None:
        yield Question(_ADDED, f"How long that session lasts is not known here. {_ASK_LONGER}")
    elif not 1 <= seconds <= INT32_MAX:
        words = spoken(seconds) if seconds > 0 else "no time at all"
        yield Question(_ADDED, f"A session cannot be extended by {words}. {_ASK_LONGER}")
    elif too_long := _too_long(seconds, draft):
        yield Question(_ADDED, f"{too_long} {_ASK_LONGER}")
    elif seconds != said:
        draft.body[_ADDED] = seconds
        yield Assumption(_ADDED, seconds, "reckoned from how long the session lasts now")


def _too_long(seconds: int, draft: Draft) -> str:
    """Why a session cannot last so much longer, where its length and its limit are known."""
    times = draft.context.sessions.times.get(draft.body.get("sessionId") or "")
    profile = draft.context.catalogue.get(times.profile) if times else None
    if times is None or profile is None or times.duration + seconds <= profile.limits[1]:
        return ""
    most = profile.limits[1]
    left = (
        f"at most {spoken(most - times.duration)} can" if most > times.duration else "nothing can"
    )
    return (
        f"With {spoken(seconds)} more the session would be outside its limit of {spoken(most)}: "
        f"{left} be added."
    )


def _added(said: int, draft: Draft) -> int | None:
    """What is to be added, where a new end or a new length of the whole was said."""
    lengths = draft.said(_ADDED, Length)
    length = lengths[-1] if lengths else None
    if length is None or (length.until is None and not length.total):
        return said
    times = draft.context.sessions.times.get(draft.body.get("sessionId") or "")
    if times is None:
        return None
    if length.until is None:
        return said - times.duration
    if times.expires_at is None:
        return None
    return round((length.until - times.expires_at).total_seconds())


def _not_usable(draft: Draft, argument: str) -> list[str]:
    """Why what was pointed at gives no length from now on."""
    if draft.body.get(argument) is not None:
        return []
    later = [item for item in draft.said(argument, Moment) if not isinstance(item.time, Unread)]
    unread = [
        item
        for item in draft.pointed.get(argument, ())
        if isinstance(item, Moment | Number) and item not in later
    ]
    return [
        *(f"{_AT_ONCE} ({_quoted(item, draft)})." for item in later),
        *(f"{_quoted(item, draft)} is no length that can be read." for item in unread),
    ]


def _quoted(item: Mention, draft: Draft) -> str:
    return f'"{draft.context.words(item)}"'
