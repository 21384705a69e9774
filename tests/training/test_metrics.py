import pytest

from camara_qod.training.evaluation.metrics import (
    confusion,
    latency,
    macro_f1,
    mcnemar,
    risk_coverage,
    share,
)


def test_a_share_has_its_wilson_interval() -> None:
    # Wilson 1927, checked by hand: 8 of 10.
    assert share([True] * 8 + [False] * 2) == {
        "value": 0.8,
        "low": 0.4902,
        "high": 0.9433,
        "count": 10,
    }
    assert share([True] * 300)["low"] == pytest.approx(0.9874, abs=1e-4)
    assert share([]) == {"value": None, "low": None, "high": None, "count": 0}


def test_macro_f1_weighs_rare_kinds_like_frequent_ones() -> None:
    expected = ["act"] * 8 + ["decline"] * 2
    decided = ["act"] * 8 + ["act", "decline"]
    found = macro_f1(expected, decided)
    assert found["act"] == pytest.approx(16 / 17, abs=1e-4)
    assert found["decline"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["macro_f1"] == pytest.approx((16 / 17 + 2 / 3) / 2, abs=1e-4)


def test_an_answer_that_is_no_decision_is_wrong_for_its_kind_alone() -> None:
    assert macro_f1(["act", "act"], ["act", "none"])["macro_f1"] == pytest.approx(2 / 3, abs=1e-4)
    assert confusion(["act", "act"], ["act", "none"]) == {"act": {"act": 1, "none": 1}}


def test_risk_falls_where_the_confident_answers_are_right() -> None:
    found = risk_coverage([0.9, 0.8, 0.7, 0.2], [True, True, True, False])
    assert found["at_90"]["value"] == 0.75
    assert found["curve"][4]["value"] == 1.0
    assert found["curve"][4]["threshold"] == 0.8
    assert found["area"] == pytest.approx(0.0625)
    assert risk_coverage([0.99, 0.96, 0.5], [True, False, True])["sure"]["count"] == 2
    turned = risk_coverage([0.2, 0.3, 0.4, 0.9], [True, True, True, False])
    assert turned["area"] > found["area"]
    assert turned["brier"] > found["brier"]


def test_latency_names_the_slow_ones() -> None:
    found = latency([1.0] * 95 + [9.0] * 5)
    assert (found["median"], found["p95"], found["mean"]) == (1.0, 9.0, 1.4)


@pytest.mark.parametrize(
    ("won", "lost", "p"), [(0, 0, 1.0), (5, 5, 1.0), (10, 2, 0.0386), (1, 0, 1.0), (0, 20, 1.9e-6)]
)
def test_mcnemar(won: int, lost: int, p: float) -> None:
    assert mcnemar(won, lost) == pytest.approx(p, rel=0.01)
