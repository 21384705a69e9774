"""What a decision may draw on: the conversation, its mentions, and the deployer's configuration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.interpreter.corrections import corrected
from camara_qod.tools.interpreter.mentions import Mention, Mentions, find_mentions
from camara_qod.tools.interpreter.reference import KnownSessions
from camara_qod.tools.settings import QodSettings


@dataclass(frozen=True)
class Context:
    """One conversation under one configuration."""

    messages: tuple[str, ...]
    mentions: Mentions
    catalogue: Catalogue
    settings: QodSettings
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


def read(
    messages: Sequence[str],
    catalogue: Catalogue,
    settings: QodSettings,
    sessions: KnownSessions | None = None,
) -> Context:
    """Find the mentions of a conversation and put them beside the configuration."""
    turns = tuple(messages)
    mentions = find_mentions(turns, catalogue.names, default_region=settings.default_region)
    return Context(
        turns, corrected(mentions, turns), catalogue, settings, sessions or KnownSessions()
    )
