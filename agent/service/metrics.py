"""What Prometheus reads of a service.

Each process has its own numbers, which `GET /metrics` tells: with several processes, scrape each of
them and not the proxy before them. Sums over processes are Prometheus' to make. Only
`qod_sessions` is the same everywhere that a database is shared: take its maximum.

No label holds an id, a caller, a path or a text: routes are told by their template, and the
operator's codes by a limited number of names.
"""

import math
import re
from collections.abc import Callable
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from sqlalchemy.exc import SQLAlchemyError

from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.errors import QodError, TooManyWaiting
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Interpretation
from camara_qod.tools.interpreter.operations import ARGUMENTS

#: Label of whatever is none of the names that are told apart.
OTHER = "OTHER"
#: Upper bounds in seconds.
_REQUEST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_DECISION = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0)
#: Upper bounds of a probability: what matters is how near to one it is.
_CONFIDENCE = (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)
_OPERATIONS = frozenset((*ARGUMENTS, DECLINE))
_CODE = re.compile(r"[A-Z_]{1,40}(\.[A-Z_]{1,40})?")
_MOST_CODES = 50


class Metrics:
    """The metrics of one service, in a registry of their own.

    Args:
        api_version: of the CAMARA APIs that are called.
        sessions: counts the sessions that are noted as live.
    """

    def __init__(self, api_version: str, sessions: Callable[[], int]) -> None:
        own = self.registry = CollectorRegistry()
        build = Info("qod_build", "Version of the service and of the APIs it calls", registry=own)
        build.info({"version": version("camara-qod"), "api_version": api_version})
        self._requests = Counter(
            "qod_http_requests",
            "Requests answered",
            ("route", "method", "status"),
            registry=own,
        )
        self._request_seconds = Histogram(
            "qod_http_request_seconds",
            "Time to the last byte of an answer; of an event stream, to its first",
            ("route", "method"),
            buckets=_REQUEST,
            registry=own,
        )
        self._decisions = Counter(
            "qod_decisions",
            "Decisions: an operation to act by, a question about one, or a refusal (decline)",
            ("operation", "kind"),
            registry=own,
        )
        self._questions = Counter(
            "qod_questions", "Arguments that were asked for", ("argument",), registry=own
        )
        self._failures = Counter(
            "qod_decision_failures",
            "Decisions that were not made, by the kind of error",
            ("error",),
            registry=own,
        )
        self._decision_seconds = Histogram(
            "qod_decision_seconds",
            "Time from a turn to its decision, waiting for the model included",
            buckets=_DECISION,
            registry=own,
        )
        self._confidence = Histogram(
            "qod_decision_confidence_ratio",
            "Probability that the model gives to a decision, 0 to 1",
            buckets=_CONFIDENCE,
            registry=own,
        )
        self._tokens = Counter(
            "qod_model_tokens",
            "Tokens of what was said (input) and of what was decided (output), for each reading",
            ("type",),
            registry=own,
        )
        self._full = Counter(
            "qod_queue_refusals", "Requests refused because the queue was full", registry=own
        )
        self.waiting = Gauge("qod_queue_waiting", "Requests waiting for the model", registry=own)
        self._refusals = Counter(
            "qod_operator_refusals",
            "Refusals of the operator by CAMARA code",
            ("code",),
            registry=own,
        )
        self._call_seconds = Histogram(
            "qod_operator_request_seconds",
            "Time of a call to the operator, which answered, refused or did not answer",
            ("operation", "outcome"),
            buckets=_REQUEST,
            registry=own,
        )
        self.steps = Gauge(
            "qod_steps_in_progress", "Steps of conversations that are being made", registry=own
        )
        noted = Gauge(
            "qod_sessions", "Sessions at the operator that are noted as live", registry=own
        )
        noted.set_function(lambda: _counted(sessions))
        self._codes: set[str] = set()

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is a template and `method` one of HTTP's."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route, method).observe(seconds)

    def decided(self, made: Interpretation, seconds: float) -> None:
        """A decision was made for a turn."""
        self._decisions.labels(operation_of(made), kind_of(made)).inc()
        for question in made.questions:
            self._questions.labels(question.argument).inc()
        self._decision_seconds.observe(seconds)
        if made.confidence is not None:
            self._confidence.observe(made.confidence)

    def undecided(self, error: QodError) -> None:
        """A decision was asked for and not made."""
        self._failures.labels(type(error).__name__).inc()
        if isinstance(error, TooManyWaiting):
            self._full.inc()

    def tokens(self, read: int, written: int) -> None:
        """The model has read and written so many."""
        self._tokens.labels("input").inc(read)
        self._tokens.labels("output").inc(written)

    def called(self, operation: str, outcome: str, seconds: float) -> None:
        """The operator was called: it `answered`, `refused` or gave `no_answer`."""
        self._call_seconds.labels(operation, outcome).observe(seconds)

    def refused(self, error: CamaraError) -> str:
        """The operator refused.

        Returns:
            Its code as it is counted: the first of so many, if it is of CAMARA's form.
        """
        code = error.code
        if code not in self._codes and (
            len(self._codes) >= _MOST_CODES or not _CODE.fullmatch(code)
        ):
            code = OTHER
        self._codes.add(code)
        self._refusals.labels(code).inc()
        return code


def operation_of(made: Interpretation) -> str:
    """What a decision is for: an operationId (of a question, what is asked about), or `decline`."""
    asks = made.decision.operation == CLARIFY
    operation = (made.emitted if asks else made.decision).operation
    return operation if operation in _OPERATIONS else OTHER


def kind_of(made: Interpretation) -> str:
    """`act`, `question` or `refusal`."""
    return {CLARIFY: "question", DECLINE: "refusal"}.get(made.decision.operation, "act")


def _counted(sessions: Callable[[], int]) -> float:
    """So many; not a number where the database does not answer, so that the rest can be read."""
    try:
        return sessions()
    except SQLAlchemyError:
        return math.nan
