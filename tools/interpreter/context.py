"""What a decision may draw on: the conversation, its mentions, and the deployer's configuration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.interpreter.corrections import corrected
from camara_qod.tools.interpreter.mentions import Mentions, find_mentions
from camara_qod.tools.interpreter.reading.lengths import End, Interval
from camara_qod.tools.interpreter.reading.mention import Length, Mention, Moment
from camara_qod.tools.interpreter.reference import KnownSessions
from camara_qod.tools.settings import QodSettings


@dataclass(frozen=True)
class Context:
    """One conversation under one configuration."""

    messages: tuple[str, ...]
    mentions: Mentions
    catalogue: Catalogue
    settings: QodSettings
    now: datetime
    sessions: KnownSessions = field(default_factory=KnownSessions)

    @property
    def blank(self) -> bool:
        """Whether nobody has said anything."""
        return not any(message.strip() for message in self.messages)

    def rest(self, turn: int, kind: type[Mention] = Mention) -> str:
        """A turn with its mentions, of one kind or all, blanked."""
        return _blanked(self.without_slips(turn), turn, self.mentions.of(kind))

    def without_slips(self, turn: int) -> str:
        """A turn with the mentions blanked that were put right in the same breath."""
        return _blanked(self.messages[turn], turn, self.mentions.slips)

    @cached_property
    def rests(self) -> list[str]:
        """All turns without their mentions."""
        return [self.rest(turn) for turn in range(len(self.messages))]


def _blanked(text: str, turn: int, items: Iterable[Mention]) -> str:
    for item in items:
        if item.turn == turn:
            text = text[: item.start] + " " * (item.end - item.start) + text[item.end :]
    return text


#: A start that lies no further ahead than this is now.
AT_ONCE = timedelta(minutes=1)


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
    mentions = find_mentions(turns, catalogue.names, default_region=settings.default_region)
    timed = replace(mentions, items=tuple(_reckoned(item, now) for item in mentions.items))
    return Context(
        turns, corrected(timed, turns), catalogue, settings, now, sessions or KnownSessions()
    )


def _reckoned(item: Mention, now: datetime) -> Mention:
    """An end as the length from now to it; a start stays what it is, unless it is now."""
    if not isinstance(item, Moment):
        return item
    place = (item.turn, item.start, item.end)
    match item.time:
        case End() as end:
            return Length(*place, end.seconds(now), until=end.moment(now))
        case Interval() as interval if interval.begin(now) <= now + AT_ONCE:
            finish = interval.finish(now)
            return Length(*place, round((finish - now).total_seconds()), until=finish)
        case _:
            return item
