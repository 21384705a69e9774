"""The last hour of a process in steps of a minute, kept in memory, for a page to draw.

With several processes each tells its own; `sessions` alone is that of the shared database.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from camara_qod.agent.service.metrics import operation_of
from camara_qod.tools.interpreter.decision import Interpretation

#: Seconds of a step, and how many steps are kept.
STEP, KEPT = 60, 60
_TENTHS = 10
#: What watches the service is no use of it.
_WATCHING = frozenset({"/healthz", "/readyz", "/metrics", "/v1/statistics"})


class LatencyBody(BaseModel):
    """How long decisions took, in seconds, waiting for the model included."""

    p50: float | None = Field(description="the median; null where there was no decision")
    p95: float | None = Field(description="19 of 20 took no longer; null where there was none")


class ConfidenceBody(BaseModel):
    """How sure the model was of its decisions."""

    mean: float | None = Field(description="0 to 1; null where no decision told a confidence")
    histogram: list[int] = Field(
        min_length=_TENTHS,
        max_length=_TENTHS,
        description="decisions by confidence: [0, 0.1), [0.1, 0.2) … [0.9, 1]",
    )


class MinuteBody(BaseModel):
    """What happened in one step; names that did not occur are not in `decisions` and so on."""

    at: float = Field(description="when the step began, in seconds since 1970")
    requests: int = Field(
        description="requests answered, without health checks, metrics and statistics"
    )
    errors: int = Field(description="those of them answered with status 500 or above")
    latency: LatencyBody
    decisions: dict[str, int] = Field(
        description="decisions by operationId, a question counting for the operation that it is "
        "about; `decline` is no matter for the API"
    )
    questions: dict[str, int] = Field(description="arguments that were asked for, by name")
    refusals: dict[str, int] = Field(description="refusals of the operator, by CAMARA code")
    confidence: ConfidenceBody
    sessions: int = Field(description="sessions noted as live, as last counted in the step")


class StatisticsBody(BaseModel):
    """The last hour, in up to 60 steps without gaps, the oldest first; the last one goes on."""

    now: float = Field(description="seconds since 1970")
    step: int = Field(default=STEP, description="seconds of a step")
    series: list[MinuteBody] = Field(min_length=1, max_length=KEPT)


@dataclass
class _Minute:
    requests: int = 0
    errors: int = 0
    seconds: list[float] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    decisions: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    sessions: int | None = None

    def body(self, at: float, sessions: int) -> MinuteBody:
        told = self.confidences
        return MinuteBody(
            at=at,
            requests=self.requests,
            errors=self.errors,
            latency=LatencyBody(p50=_share(self.seconds, 0.5), p95=_share(self.seconds, 0.95)),
            decisions=dict(self.decisions),
            questions=dict(self.questions),
            refusals=dict(self.refusals),
            confidence=ConfidenceBody(
                mean=sum(told) / len(told) if told else None, histogram=_histogram(told)
            ),
            sessions=sessions,
        )


class Statistics:
    """Counts by the minute; safe to share between threads.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._minutes: dict[int, _Minute] = {}
        self._sessions = 0  # as counted before the oldest minute that is kept

    def request(self, route: str, status: int) -> None:
        """A request was answered."""
        if route in _WATCHING:
            return
        with self._lock:
            minute = self._current()
            minute.requests += 1
            minute.errors += status >= 500

    def decided(self, made: Interpretation, seconds: float) -> None:
        """A decision was made for a turn."""
        with self._lock:
            minute = self._current()
            minute.seconds.append(seconds)
            minute.decisions[operation_of(made)] += 1
            minute.questions.update(question.argument for question in made.questions)
            if made.confidence is not None:
                minute.confidences.append(made.confidence)

    def refused(self, code: str) -> None:
        """The operator refused."""
        with self._lock:
            self._current().refusals[code] += 1

    def counted(self, sessions: int) -> None:
        """So many sessions are live."""
        with self._lock:
            self._current().sessions = sessions

    @property
    def body(self) -> StatisticsBody:
        """All that is kept."""
        with self._lock:
            self._current()
            now, series, sessions = self._clock(), [], self._sessions
            for number in range(min(self._minutes), max(self._minutes) + 1):
                minute = self._minutes.get(number) or _Minute()
                sessions = sessions if minute.sessions is None else minute.sessions
                series.append(minute.body(float(number * STEP), sessions))
        return StatisticsBody(now=now, series=series)

    def _current(self) -> _Minute:
        """The minute that it is; those of more than an hour ago are forgotten."""
        number = int(self._clock() // STEP)
        for old in sorted(item for item in self._minutes if item <= number - KEPT):
            gone = self._minutes.pop(old)
            self._sessions = self._sessions if gone.sessions is None else gone.sessions
        return self._minutes.setdefault(number, _Minute())


def _share(values: Sequence[float], share: float) -> float | None:
    """The value that a share of all does not exceed: the nearest rank."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


def _histogram(values: Sequence[float]) -> list[int]:
    found = Counter(min(int(value * _TENTHS), _TENTHS - 1) for value in values)
    return [found[tenth] for tenth in range(_TENTHS)]
