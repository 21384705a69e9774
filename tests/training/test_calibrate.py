"""Confidence after calibration: as sure as right, and the same choices."""

import json
from pathlib import Path

import numpy as np
import pytest

from camara_qod.tools.errors import ModelError, TrainingError
from camara_qod.tools.interpreter.calibration import CALIBRATION, Calibration, calibration_beside
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.settings import QodSettings
from camara_qod.training.evaluation.cases import read_cases
from camara_qod.training.stages.calibrate import Fitted, Outcome, fit, outcomes_of_cases, write


def outcomes(logit: float, right: int, wrong: int) -> list[Outcome]:
    """Decisions of one choice between two tokens, with this much between them."""
    scores = [np.array([logit, 0.0], dtype=np.float32)]
    return [Outcome(scores, True)] * right + [Outcome(scores, False)] * wrong


def sure(fitted: Fitted, outcome: Outcome) -> float:
    calibration = fitted.calibration
    return calibration.confidence(outcome.joint(calibration.temperature))


def test_a_model_that_is_too_sure_becomes_as_sure_as_it_is_right() -> None:
    found = outcomes(logit=6.0, right=90, wrong=10)
    fitted = fit(found)
    assert found[0].joint(1.0) > 0.99
    assert sure(fitted, found[0]) == pytest.approx(0.9, abs=0.01)
    assert fitted.log_loss < fitted.log_loss_before
    assert (fitted.decisions, fitted.right) == (100, 90)


def test_a_model_that_is_too_modest_becomes_surer() -> None:
    assert fit(outcomes(logit=1.0, right=95, wrong=5)).calibration.temperature < 1


def test_many_choices_that_are_surer_together_than_their_product() -> None:
    """Eight choices of 90 % each are 43 % together, and here they are right in 19 of 20."""
    scores = [np.array([2.2, 0.0], dtype=np.float32)] * 8
    unsure = [np.array([0.3, 0.0], dtype=np.float32)]
    found = [Outcome(scores, True)] * 95 + [Outcome(scores, False)] * 5
    found += [Outcome(unsure, True)] * 50 + [Outcome(unsure, False)] * 50
    fitted = fit(found)
    assert sure(fitted, found[0]) == pytest.approx(0.95, abs=0.02)
    assert sure(fitted, found[-1]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("joint", [0.0, 1e-12, 0.3, 0.999999, 1.0])
def test_the_curve_keeps_the_order_and_stays_a_probability(joint: float) -> None:
    curve = Calibration(1.4, 2.0, 3.0)
    assert 0 <= curve.confidence(joint) <= 1
    assert curve.confidence(joint) <= curve.confidence(min(1.0, joint + 0.1))
    assert Calibration().confidence(0.3) == pytest.approx(0.3)


def test_of_cases_the_complete_decision_counts(tiny_phi3: Path) -> None:
    settings = QodSettings(_env_file=None, device="cpu", model=str(tiny_phi3))
    cases = read_cases(Path("data/validation.jsonl"))[:6]
    found = outcomes_of_cases(Decoder(*load_model(settings)), cases)
    assert len(found) == len(cases)
    assert all(0 <= item.joint(1.0) <= 1 for item in found)


def test_too_few_decisions_are_refused() -> None:
    with pytest.raises(TrainingError, match="validation_examples"):
        fit(outcomes(1.0, 3, 1))


def test_a_trace_is_calibrated() -> None:
    plain, calm = Trace(), Trace(calibration=Calibration(2.0))
    for trace in (plain, calm):
        trace.note(np.array([0.0, 2.0, 1.0], dtype=np.float32), 1)
    weights = np.exp([2.0, 0.0, 1.0])
    assert plain.confidence == pytest.approx(weights[0] / weights.sum())
    weights = np.exp([1.0, 0.0, 0.5])
    assert calm.confidence == pytest.approx(weights[0] / weights.sum())
    assert list(calm.scores[0]) == [2.0, 0.0, 1.0]


def test_it_is_kept_beside_the_adapter(tmp_path: Path) -> None:
    assert calibration_beside(tmp_path) == calibration_beside(None) == Calibration()
    found = fit(outcomes(6.0, 90, 10))
    assert write(found, tmp_path) == tmp_path / CALIBRATION
    assert calibration_beside(tmp_path) == found.calibration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"temperature": 0}',
        '{"temperature": "x"}',
        "[]",
        '{"temperature": 1, "slope": -1}',
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / CALIBRATION).write_text(text)
    with pytest.raises(ModelError, match="qod-train calibrate"):
        calibration_beside(tmp_path)
    (tmp_path / CALIBRATION).write_text(json.dumps({"temperature": 1.3}))
    assert calibration_beside(tmp_path) == Calibration(1.3)
