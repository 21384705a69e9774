"""The whole way on a tiny Phi-3 in NF4: data, training, resuming, deciding, evaluating."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_decoder
from camara_qod.tools.settings import QodSettings
from camara_qod.training.evaluate import evaluate, read_cases, report, show
from camara_qod.training.recipe import Recipe
from camara_qod.training.sft import train


def recipe(model: Path, examples: int) -> Recipe:
    return Recipe.model_validate(
        {
            "model": str(model),
            "quantization": "nf4",
            "data": {"examples": examples, "validation_examples": 4},
            "lora": {
                "r": 4,
                "target_modules": ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
            },
            "sft": {
                "learning_rate": 1e-3,
                "per_device_train_batch_size": 4,
                "warmup_steps": 0,
                "save_steps": 2,
                "logging_steps": 1,
            },
        }
    )


def test_train_resume_decide_and_evaluate(tiny_phi3: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    train(recipe(tiny_phi3, 8), output)
    adapter = train(recipe(tiny_phi3, 16), output)
    state = json.loads((output / "checkpoint-4" / "trainer_state.json").read_text())
    assert [entry["step"] for entry in state["log_history"] if "loss" in entry] == [1, 2, 3, 4]

    config = QodSettings(
        _env_file=None, model=str(tiny_phi3), adapter=str(adapter), quantization="nf4"
    )
    cases = tmp_path / "cases.jsonl"
    lines = [
        {
            "id": "1",
            "messages": [""],
            "expected": {"operation": "decline", "arguments": {}},
            "tag": "decline",
        },
        {
            "id": "2",
            "messages": ["QOS_E, 10.0.0.1, 2 hours"],
            "expected": {"operation": "nothing like it", "arguments": {}},
            "tag": "plain",
        },
    ]
    cases.write_text("\n".join(json.dumps(line) for line in lines))
    value = report(evaluate(Interpreter(load_decoder(config), config), read_cases(cases)))
    assert (value["exact_match"], value["count"]) == (0.5, 2)
    assert value["tags"] == {"decline": 1.0, "plain": 0.0}
    assert [item["correct"] for item in value["cases"]] == [True, False]
    console = Console(record=True, width=80)
    show(console, value)
    assert "50.0% of 2 exactly right" in console.export_text()


def test_cases_of_another_form_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "1"}\n')
    with pytest.raises(SettingsError, match="line 1: expected, messages, tag is missing"):
        read_cases(path)
