"""Figures of an evaluation: shares with their uncertainty, F1, and risk against coverage."""

from collections.abc import Iterable, Sequence
from math import comb, sqrt
from typing import Any

from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE

#: Two-sided 95 %.
_Z = 1.959964
#: A confidence from which on a decision counts as sure.
SURE = 0.95


def share(hits: Iterable[bool]) -> dict[str, Any]:
    """How many of `hits` are true, with the Wilson score interval at 95 % (Wilson 1927).

    Returns:
        `value`, `low` and `high` between 0 and 1, and the `count` they rest on; without any hits
        the three are `None`.
    """
    found = list(hits)
    n = len(found)
    if not n:
        return {"value": None, "low": None, "high": None, "count": 0}
    p = sum(found) / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    low, high = (0.0 if p == 0 else middle - half), (1.0 if p == 1 else middle + half)
    return {"value": round(p, 4), "low": round(low, 4), "high": round(high, 4), "count": n}


def mcnemar(won: int, lost: int) -> float:
    """Two-sided p of McNemar's exact test (McNemar 1947) of paired outcomes that changed.

    Args:
        won: how many are right only afterwards.
        lost: how many were right only before.
    """
    changed = won + lost
    tail: float = sum(comb(changed, k) for k in range(min(won, lost) + 1)) / 2**changed
    return min(1.0, 2 * tail)


def kind(operation: str | None) -> str:
    """`act`, `clarify` or `decline`; `none` for what is no decision."""
    if operation is None:
        return "none"
    return operation if operation in (CLARIFY, DECLINE) else "act"


def macro_f1(expected: Sequence[str], decided: Sequence[str]) -> dict[str, Any]:
    """F1 of each class that is expected anywhere, and their unweighted mean."""
    classes = sorted(set(expected))
    scores = {name: _f1(name, expected, decided) for name in classes}
    return {"macro_f1": round(sum(scores.values()) / len(scores), 4) if scores else None} | {
        name: round(score, 4) for name, score in scores.items()
    }


def _f1(name: str, expected: Sequence[str], decided: Sequence[str]) -> float:
    pairs = list(zip(expected, decided, strict=True))
    true = sum(want == got == name for want, got in pairs)
    wrong = sum((want == name) != (got == name) for want, got in pairs)
    return 2 * true / (2 * true + wrong) if true or wrong else 0.0


def confusion(expected: Sequence[str], decided: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often each class was decided for each expected one."""
    table: dict[str, dict[str, int]] = {}
    for want, got in zip(expected, decided, strict=True):
        row = table.setdefault(want, {})
        row[got] = row.get(got, 0) + 1
    return table


def risk_coverage(confidences: Sequence[float], correct: Sequence[bool]) -> dict[str, Any]:
    """How right the most confident answers are (El-Yaniv and Wiener 2010).

    Returns:
        `curve`: for each tenth of coverage the share of right answers and the confidence that it
        begins at; `at_90`: that share among the 90 % most confident; `sure`: that share among
        those of confidence 0.95 and more, and how many they are; `area`: the mean risk over all
        coverages; `brier`: the mean square of confidence less correctness.
    """
    order = sorted(zip(confidences, correct, strict=True), reverse=True)
    risks = []
    wrong = 0
    for number, (_, right) in enumerate(order, start=1):
        wrong += not right
        risks.append(wrong / number)
    return {
        "at_90": _covered(order, 0.9),
        "sure": share(right for p, right in order if p >= SURE),
        "curve": [_covered(order, tenth / 10) for tenth in range(1, 11)],
        "area": round(sum(risks) / len(risks), 4),
        "brier": round(sum((p - right) ** 2 for p, right in order) / len(order), 4),
    }


def _covered(order: list[tuple[float, bool]], coverage: float) -> dict[str, Any]:
    part = order[: max(1, round(coverage * len(order)))]
    return {"coverage": coverage, "threshold": round(part[-1][0], 4)} | share(
        right for _, right in part
    )


def latency(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and mean, in seconds."""
    order = sorted(seconds)
    return {
        "median": round(order[len(order) // 2], 3),
        "p95": round(order[min(len(order) - 1, int(0.95 * len(order)))], 3),
        "mean": round(sum(order) / len(order), 3),
    }
