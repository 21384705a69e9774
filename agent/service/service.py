"""The service's parts under one configuration."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from camara_qod.agent.agent import build_agent
from camara_qod.agent.checkpoints import open_checkpointer
from camara_qod.agent.service.callers import Authenticator, Door
from camara_qod.agent.service.conversations import Conversations
from camara_qod.agent.service.database import Database
from camara_qod.agent.service.idempotency import Answers
from camara_qod.agent.service.limits import Limits
from camara_qod.agent.service.owned import OwnedClient
from camara_qod.agent.service.settings import ServiceSettings, database_url
from camara_qod.agent.service.watches import Watches
from camara_qod.agent.stateless import StatelessChat
from camara_qod.tools.plugin import QodPlugin


@dataclass(frozen=True)
class Service:
    """What the routes work with."""

    plugin: QodPlugin
    settings: ServiceSettings
    database: Database
    door: Door
    limits: Limits
    conversations: Conversations
    answers: Answers
    chat: StatelessChat
    watches: Watches


@contextmanager
def open_service(plugin: QodPlugin, settings: ServiceSettings) -> Iterator[Service]:
    """Open the database, and put the parts together.

    Raises:
        SettingsError: the database or Redis cannot be used, or a setting does not hold.
    """
    url = database_url(settings, plugin.settings.cache_dir)
    database = Database(url)
    plugin.client = OwnedClient(plugin.client, database)  # type: ignore[assignment]
    kept = plugin.settings.model_copy(update={"conversations": url})
    try:
        with open_checkpointer(kept) as checkpointer:
            agent = build_agent(plugin, checkpointer=checkpointer)
            answers = Answers(database)
            answers.forget_old()
            yield Service(
                plugin=plugin,
                settings=settings,
                database=database,
                door=Door(_ways(settings, database)),
                limits=Limits(settings.rate_limit, settings.redis),
                conversations=Conversations(database, agent, plugin, plugin.settings.time_limit),
                answers=answers,
                chat=StatelessChat(plugin),
                watches=Watches(database, plugin),
            )
    finally:
        database.close()


def _ways(settings: ServiceSettings, database: Database) -> Sequence[Authenticator]:
    """How callers are told."""
    return []
