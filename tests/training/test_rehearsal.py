"""`qod-train sft … --rehearse`: everything but the weights and the steps, without network."""

import shlex
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from camara_qod.tools.errors import ModelError
from camara_qod.training.cli import app
from camara_qod.training.corpus.dataset import Record
from camara_qod.training.planning import rehearsal
from camara_qod.training.planning.gpus import CARDS, GB, Gpu, operations, seconds, span
from camara_qod.training.planning.rehearsal import rehearse
from camara_qod.training.planning.schedule import Schedule
from camara_qod.training.recipe import Recipe, load_recipe
from camara_qod.training.stages import sft


@pytest.fixture(autouse=True)
def no_network_and_no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("it was loaded")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("transformers.AutoModelForCausalLM.from_pretrained", loaded)


def small(name: str, **values: object) -> Recipe:
    """A shipped recipe with data for a test."""
    value = load_recipe(name).model_dump() | values
    value["data"] |= {
        "examples": 12,
        "validation_examples": 4,
        "curated_repeats": 0,
        "spoken_repeats": 0,
    }
    return Recipe.model_validate(value)


def told(recipe: Recipe, gpu: Gpu = Gpu.t4) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in rehearse(recipe, gpu))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data of one recipe for all: reading the texts takes seconds."""
    monkeypatch.setattr(rehearsal, "records", lambda _: made())


@cache
def made() -> tuple[list[Record], list[Record]]:
    return sft.records(small("tiny-phi3"))


STAGES = ["Data", "Tokens", "Left out", "Schedule", "Acceleration", "Adapter", "Memory", "Time"]


def test_the_tiny_recipe_is_rehearsed_to_the_last_step() -> None:
    found = told(load_recipe("tiny-phi3"))
    assert [name for name in found if name != "Prompt"] == STAGES
    assert found["Data"].startswith("32 examples (createSession")
    assert "in 32 rows" in found["Tokens"]
    assert "50 % at most" in found["Tokens"]
    assert found["Schedule"].startswith("4 steps of 2 x 4 rows, 1.00 epochs")
    assert "none of them counts" in found["Prompt"]
    assert "on one T4, an estimate and not measured" in found["Time"]


@pytest.mark.usefixtures("few")
def test_the_embedded_model_is_rehearsed() -> None:
    recipe = small("embedded")
    found = told(recipe, Gpu.l4)
    assert list(found) == ["Data", "Prompt", *STAGES[1:]]
    assert f"longer than max_tokens ({recipe.data.max_tokens})" in found["Left out"]
    assert f"{recipe.sft.max_steps} steps of 8 x 1 rows" in found["Schedule"]
    assert "none of them counts" in found["Prompt"]


@pytest.mark.usefixtures("few")
def test_what_is_missing_of_a_model_of_the_hub_is_said_and_the_rest_goes_on() -> None:
    found = told(small("phi3-mini"))
    assert list(found) == ["Data", "Not at hand", *STAGES[1:]]
    missing = found["Not at hand"]
    assert missing.startswith("the files of microsoft/Phi-3-mini-4k-instruct (")
    assert "its published shapes are used" in missing
    assert "embedded model's tokenizer" in missing
    assert found["Adapter"] == "25165824 of 3846245376 parameters are trained."
    assert "it should fit" in found["Memory"]


@pytest.mark.usefixtures("few")
def test_a_model_that_nobody_here_knows() -> None:
    found = told(small("phi3-mini", model="no/model"))
    assert "memory and time are left out" in found["Not at hand"]
    assert list(found)[-1] == "Acceleration"
    with pytest.raises(ModelError, match=r"there is no folder \./gone"):
        told(small("phi3-mini", model="./gone"))


@pytest.mark.usefixtures("few")
def test_a_gpu_that_is_too_small_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    card = CARDS[Gpu.t4]
    monkeypatch.setitem(CARDS, Gpu.t4, type(card)(card.half, card.single, 2 * GB, bf16=False))
    assert "it does not fit: set quantization to nf4" in told(small("phi3-mini"))["Memory"]


@pytest.mark.usefixtures("few")
def test_an_acceleration_that_is_not_here_does_not_end_a_rehearsal() -> None:
    recipe = small("phi3-mini")
    part = recipe.sft.model_copy(update={"acceleration": "unsloth"})
    found = told(recipe.model_copy(update={"sft": part}))
    assert found["Acceleration"].startswith("unsloth. Here it would be refused: The recipe sets")


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


@pytest.mark.usefixtures("few")
def test_the_command_ends_with_what_would_be_run(tmp_path: Path) -> None:
    place = str(tmp_path / "a folder")
    status, text = run("sft", "tiny-phi3", "--rehearse", "--gpu", "h100", "--output", place)
    assert status == 0, text
    assert "on one H100" in text
    line = text.strip().splitlines()[-1]
    assert shlex.split(line) == ["qod-train", "sft", "tiny-phi3", "--output", place]
    assert not (tmp_path / "a folder").exists()


@pytest.mark.parametrize("words", ["--gpu T4", "--rehearse --gpu nothing"])
def test_a_gpu_that_means_nothing_is_wrong_usage(words: str) -> None:
    assert run("sft", "tiny-phi3", *words.split())[0] == 2


def test_steps_are_counted_as_the_trainer_counts_them() -> None:
    part = load_recipe("phi3-mini").sft  # 2 x 4 rows, 3 epochs
    found = Schedule.of(part, [10, 20] * 9)
    assert found.steps == 9  # nine batches make three steps, the last of one batch
    assert found.epochs == 3
    assert found.tokens == 3 * 9 * 40
    assert found.filled == pytest.approx(0.25)
    stopped = Schedule.of(part.model_copy(update={"max_steps": 4}), [10, 20] * 9)
    assert (stopped.steps, round(stopped.epochs, 2)) == (4, 1.33)


def test_a_time_follows_from_the_operations_and_the_peak() -> None:
    work = operations(10**9, 10**6, recomputed=True)
    assert work == 6e15
    least, most = seconds(CARDS[Gpu.t4], work, half=True)
    assert least == pytest.approx(6e15 / (65e12 * 0.4))
    assert most > 2 * least
    assert seconds(CARDS[Gpu.t4], work, half=False)[0] > 5 * least
    assert span(10.1, 50) == "11 to 50 seconds"
    assert span(60, 1500) == "1 to 25 minutes"
    assert span(3600, 9000) == "1.0 to 2.5 hours"
