"""Confidence after calibration: as sure as right, and the same choices."""

import json
from pathlib import Path

import numpy as np
import pytest

from camara_qod.tools.errors import ModelError, TrainingError
from camara_qod.tools.interpreter.calibration import CALIBRATION, temperature_beside
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.training.stages.calibrate import Outcome, fit, write


def outcomes(logit: float, right: int, wrong: int) -> list[Outcome]:
    """Decisions of one choice between two tokens, with this much between them."""
    scores = [np.array([logit, 0.0], dtype=np.float32)]
    return [Outcome(scores, True)] * right + [Outcome(scores, False)] * wrong


def test_a_model_that_is_too_sure_becomes_as_sure_as_it_is_right() -> None:
    found = outcomes(logit=6.0, right=90, wrong=10)
    calibration = fit(found)
    assert found[0].confidence(1.0) > 0.99
    assert found[0].confidence(calibration.temperature) == pytest.approx(0.9, abs=0.01)
    assert calibration.log_loss < calibration.log_loss_before
    assert (calibration.decisions, calibration.right) == (100, 90)


def test_a_model_that_is_too_modest_becomes_surer() -> None:
    assert fit(outcomes(logit=1.0, right=95, wrong=5)).temperature < 1


def test_too_few_decisions_are_refused() -> None:
    with pytest.raises(TrainingError, match="validation_examples"):
        fit(outcomes(1.0, 3, 1))


def test_a_trace_is_calibrated() -> None:
    plain, calm = Trace(), Trace(temperature=2.0)
    for trace in (plain, calm):
        trace.note(np.array([0.0, 2.0, 1.0], dtype=np.float32), 1)
    weights = np.exp([2.0, 0.0, 1.0])
    assert plain.confidence == pytest.approx(weights[0] / weights.sum())
    weights = np.exp([1.0, 0.0, 0.5])
    assert calm.confidence == pytest.approx(weights[0] / weights.sum())
    assert list(calm.scores[0]) == [2.0, 0.0, 1.0]


def test_it_is_kept_beside_the_adapter(tmp_path: Path) -> None:
    assert temperature_beside(tmp_path) == 1.0
    assert temperature_beside(None) == 1.0
    found = fit(outcomes(6.0, 90, 10))
    assert write(found, tmp_path) == tmp_path / CALIBRATION
    assert temperature_beside(tmp_path) == found.temperature


@pytest.mark.parametrize("text", ["", "{}", '{"temperature": 0}', '{"temperature": "x"}', "[]"])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / CALIBRATION).write_text(text)
    with pytest.raises(ModelError, match="qod-train calibrate"):
        temperature_beside(tmp_path)
    (tmp_path / CALIBRATION).write_text(json.dumps({"temperature": 1.3}))
    assert temperature_beside(tmp_path) == 1.3
