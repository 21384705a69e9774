"""The service's parts under one configuration."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from camara_qod.agent.agent import build_agent
from camara_qod.agent.checkpoints import open_checkpointer
from camara_qod.agent.service.callers import Authenticator, Door
from camara_qod.agent.service.conversations import Conversations
from camara_qod.agent.service.database import NAMED, Database
from camara_qod.agent.service.idempotency import Answers
from camara_qod.agent.service.issuer import Issuer
from camara_qod.agent.service.keys import Keys
from camara_qod.agent.service.limits import Limits
from camara_qod.agent.service.metrics import Metrics
from camara_qod.agent.service.noted import noted_sessions
from camara_qod.agent.service.observations import Observations
from camara_qod.agent.service.observed import ObservedClient, ObservedInterpreter
from camara_qod.agent.service.oidc import AccessTokens
from camara_qod.agent.service.owned import OwnedClient, Unowned
from camara_qod.agent.service.settings import ServiceSettings, database_url
from camara_qod.agent.service.statistics import Statistics
from camara_qod.agent.service.tracing import Tracing, open_tracing
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
    observations: Observations
    chat: StatelessChat
    watches: Watches


@contextmanager
def open_service(
    plugin: QodPlugin, settings: ServiceSettings, tracing: Tracing | None = None
) -> Iterator[Service]:
    """Open the database, and put the parts together.

    Args:
        plugin: decides and acts; from here on what it does is observed.
        settings: of the service.
        tracing: takes the spans; by default as the settings say.

    Raises:
        SettingsError: a setting does not hold.
        Unavailable: the database or Redis cannot be used.
    """
    url = database_url(settings, plugin.settings.cache_dir)
    tracing = tracing or open_tracing(settings.otlp_endpoint)
    database = Database(url)
    observations = _observed(plugin, database, tracing)
    kept = plugin.settings.model_copy(update={"conversations": url})
    try:
        with open_checkpointer(kept, NAMED) as checkpointer:
            agent = build_agent(plugin, checkpointer=checkpointer)
            answers = Answers(database)
            answers.forget_old()
            yield Service(
                plugin=plugin,
                settings=settings,
                database=database,
                door=Door(_ways(settings, database)),
                limits=Limits(settings.rate_limit, settings.redis),
                conversations=Conversations(
                    database, agent, plugin, plugin.settings.time_limit, observations.step
                ),
                answers=answers,
                observations=observations,
                chat=StatelessChat(plugin),
                watches=Watches(database, plugin),
            )
    finally:
        database.close()
        tracing.close()


def _observed(plugin: QodPlugin, database: Database, tracing: Tracing) -> Observations:
    """What the plugin does is told from here on, and each caller sees its own sessions alone."""

    def sessions() -> int:
        return noted_sessions(database)

    metrics = Metrics(plugin.settings.api_version, sessions)
    observations = Observations(metrics, Statistics(), tracing, sessions)
    plugin.interpreter = ObservedInterpreter(plugin.interpreter, observations)
    observed: Any = ObservedClient(plugin.client, observations)
    plugin.client = OwnedClient(observed, database)  # type: ignore[assignment]
    plugin.async_client = Unowned(plugin.async_client)  # type: ignore[assignment]
    return observations


def _ways(settings: ServiceSettings, database: Database) -> Sequence[Authenticator]:
    """How callers are told; none where no authentication is asked for."""
    if not settings.authenticates:
        return []
    ways: list[Authenticator] = [Keys(database)]
    if settings.oidc_issuer and settings.oidc_audience:
        ways.append(AccessTokens(Issuer(settings.oidc_issuer), settings.oidc_audience))
    return ways
