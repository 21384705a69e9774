"""Whatever is worth knowing of a service, told once and passed on to all that count it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import httpx2
from sqlalchemy.exc import SQLAlchemyError

from camara_qod.agent.service.metrics import Metrics
from camara_qod.agent.service.request_id import REQUEST_ID
from camara_qod.agent.service.statistics import Statistics
from camara_qod.agent.service.tracing import Tracing
from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.oauth.auth import CALL
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.decision import Interpretation

#: What a path of CAMARA's names one thing by.
_NAMED = re.compile(r"/(sessions|qos-profiles)/[^/]+")


@dataclass(frozen=True)
class Observations:
    """Metrics, statistics and traces of one service.

    Attributes:
        metrics: for Prometheus.
        statistics: for the page.
        tracing: for a collector.
        sessions: counts those that are noted as live.
    """

    metrics: Metrics
    statistics: Statistics
    tracing: Tracing
    sessions: Callable[[], int]

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.metrics.request(route, method, status, seconds)
        self.statistics.request(route, status)

    def decided(self, made: Interpretation, seconds: float) -> None:
        """A decision was made for a turn."""
        self.metrics.decided(made, seconds)
        self.statistics.decided(made, seconds)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A step of a conversation; there may be more or fewer sessions after it."""
        with self.metrics.steps.track_inprogress():
            yield
        self.count_sessions()

    def count_sessions(self) -> None:
        """Note how many there are, unless the database does not answer."""
        with suppress(SQLAlchemyError):
            self.statistics.counted(self.sessions())

    @contextmanager
    def call(self, operation: str) -> Iterator[None]:
        """A call to the operator."""
        started, outcome = time.perf_counter(), "answered"
        known = {"camara.operation": operation}
        if correlator := REQUEST_ID.get():
            known["http.request.header.x-correlator"] = correlator
        with self.tracing.span(operation, "client", known):
            try:
                yield
            except QodError as error:
                outcome = "no_answer"
                if isinstance(error, CamaraError):
                    outcome = "refused"
                    self.statistics.refused(self.metrics.refused(error))
                raise
            finally:
                self.metrics.called(operation, outcome, time.perf_counter() - started)

    def asked(self, request: httpx2.Request) -> None:
        """A request goes to the operator; those to its OpenID provider are no calls."""
        if CALL in request.extensions:
            url = request.url
            port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
            self.tracing.current.set(
                {
                    "http.request.method": request.method,
                    "url.scheme": url.scheme,
                    "url.template": _NAMED.sub(r"/\1/{id}", url.path),
                    "server.address": url.host,
                    "server.port": port,
                }
            )

    def answered(self, response: httpx2.Response) -> None:
        """The operator answered."""
        if CALL in response.request.extensions:
            self.tracing.current.set({"http.response.status_code": response.status_code})
