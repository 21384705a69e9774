"""What a decision may draw on: the conversation, its mentions, and the deployer's configuration."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.interpreter.reading.lengths import End, Interval, Start, TimeOfDay
from camara_qod.tools.interpreter.reading.mention import Length, Mention, Moment
from camara_qod.tools.interpreter.reading.reader import read_mentions
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.settings import QodSettings

M = TypeVar("M", bound=Mention)
#: A start that lies no further ahead than this is now.
_AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Context:
    """One conversation under one configuration, at one time."""

    messages: tuple[str, ...]
    mentions: tuple[Mention, ...]
    catalogue: Catalogue
    settings: QodSettings
    now: datetime
    sessions: KnownSessions = field(default_factory=KnownSessions)

    @property
    def blank(self) -> bool:
        """Whether nobody has said anything."""
        return not any(message.strip() for message in self.messages)

    def of(self, kind: type[M]) -> list[M]:
        """The mentions of one kind, oldest first."""
        return [item for item in self.mentions if isinstance(item, kind)]

    def words(self, item: Mention) -> str:
        """A mention as it was written."""
        return self.messages[item.turn][item.start : item.end]


def read(
    messages: Sequence[str],
    catalogue: Catalogue,
    settings: QodSettings,
    sessions: KnownSessions | None = None,
    now: datetime | None = None,
) -> Context:
    """Find the mentions of a conversation and put them beside the configuration.

    Args:
        messages: the user's turns, oldest first.
        catalogue: the operator's profiles.
        settings: defaults and policies.
        sessions: those that the API has named in this conversation.
        now: with its zone, in which times of day are meant; by default the time of the settings.
    """
    turns, now = tuple(messages), now or settings.now()
    mentions = read_mentions(turns, catalogue.names, default_region=settings.default_region)
    reckoned = tuple(_reckoned(item, now) for item in mentions)
    return Context(turns, reckoned, catalogue, settings, now, sessions or KnownSessions())


def _reckoned(item: Mention, now: datetime) -> Mention:
    """An end as the length from now to it; a start stays what it is, unless it is now."""
    if not isinstance(item, Moment):
        return item
    place = (item.turn, item.start, item.end)
    match item.time:
        case TimeOfDay():
            return item
        case End() as end:
            return Length(*place, end.seconds(now), until=end.moment(now), dial=end.clock.dial)
        case Interval() as interval if interval.begin(now) <= now + _AT_ONCE:
            finish = interval.finish(now)
            return Length(
                *place,
                round((finish - now).total_seconds()),
                until=finish,
                dial=interval.last.dial,
            )
        case _:
            return item


def is_now(item: Moment, now: datetime) -> bool:
    """Whether a moment is a start at once, which asks for nothing."""
    if not isinstance(item.time, Start):
        return False
    moment = item.time.moment(now)
    return moment is not None and moment <= now + _AT_ONCE
