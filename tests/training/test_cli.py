"""`qod-train` from a user's side: one line for an error, no traceback, nothing lost."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from camara_qod.tools.errors import QodError, SettingsError, TrainingError
from camara_qod.tools.interpreter.embedded import shipped_adapter
from camara_qod.training import cli
from camara_qod.training.cli import _folder, main
from camara_qod.training.recipe import load_recipe
from camara_qod.training.stages.run import variables

LINE = (
    '{"id":"1","messages":[""],"expected":{"operation":"decline","arguments":{}},"tag":"decline"}'
)


#: Values that a recipe has to have.
RECIPE = """\
model: {model}
data: {{examples: 4, validation_examples: 4}}
lora: {{target_modules: [{module}]}}
sft: {{learning_rate: 0.1, per_device_train_batch_size: 1, {sft}}}
dpo: {{learning_rate: 0.1, per_device_train_batch_size: 1}}
"""


def recipe(
    folder: Path, model: object = "tiny-phi3", module: str = "qkv_proj", sft: str = "save_steps: 2"
) -> str:
    path = folder / "mine.yaml"
    path.write_text(RECIPE.format(model=model, module=module, sft=sft))
    return str(path)


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["qod-train", *words])
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit) as stop:
        main()
    captured = capsys.readouterr()
    return int(stop.value.code or 0), captured.out + captured.err


@pytest.fixture
def command(capsys, monkeypatch):
    return lambda *words: run(capsys, monkeypatch, *words)


def test_errors_are_one_line_with_the_remedy(command, tmp_path: Path) -> None:
    corrupt = tmp_path / "cases.jsonl"
    corrupt.write_text(LINE + "\n{")
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("model: embedded\nlearning: 1\n")
    for status, words, told in (
        (
            2,
            ("evaluate", str(corrupt)),
            "line 2 is not a case (Invalid JSON: EOF while parsing an object at column 1)",
        ),
        (2, ("evaluate", str(tmp_path / "none")), "check the path"),
        (2, ("sft", str(recipe)), "does not hold"),
        (
            2,
            ("sft", "nothing"),
            "name one of embedded, gemma3-270m, llama3-8b, phi3-mini, phi4-mini",
        ),
        (1, ("dpo", "tiny-phi3", "--sft", str(tmp_path)), "run `qod-train sft` first"),
        (1, ("export", "tiny-phi3", "--adapter", str(tmp_path), "--output", "x"), "train one with"),
        (1, ("report", str(tmp_path)), "has no dpo-grounded.json"),
        (2, ("evaluate", str(corrupt), "--catalogue", "gone"), "check --catalogue"),
    ):
        ended, text = command(*words)
        assert ended == status, words
        assert told in text
        assert "Traceback" not in text


@pytest.mark.parametrize(
    "words",
    [
        "nothing",
        "sft",
        "sft embedded --nothing",
        "sft embedded --log-to nothing",
        "evaluate cases.jsonl --way nothing",
        "evaluate cases.jsonl --batch 0",
        "evaluate cases.jsonl --recipe embedded --model other",
        "export embedded --output x --merged --gguf",
    ],
)
def test_wrong_usage_is_told_from_failure(command, words: str) -> None:
    status, text = command(*words.split())
    assert status == 2
    assert "Traceback" not in text


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.fixture
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where weights are loaded: what is missing has to be told before."""

    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("it was loaded")

    monkeypatch.setattr("camara_qod.tools.interpreter.model.load_base", loaded)
    monkeypatch.setattr("camara_qod.tools.interpreter.model.embedded_model", loaded)


@pytest.mark.usefixtures("no_network", "nothing_loaded")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("sft phi3-mini", ("The model microsoft/Phi-3-mini-4k-instruct", "`model` in the recipe")),
        ("evaluate {cases} --model no/model", ("The model no/model", "Set --model to")),
        ("evaluate {cases} --model ./gone", ("there is no folder ./gone", "Set --model to")),
        ("evaluate {cases} --adapter no/adapter", ("The adapter no/adapter", "Set --adapter to")),
        ("evaluate {cases} --adapter a/b/c", ("there is no folder a/b/c", "Set --adapter to")),
        ("calibrate embedded --adapter gone", ("There is no adapter in gone", "--adapter")),
        ("calibrate tiny-phi3 --adapter {shipped}", ("for another model", "trained on embedded")),
        ("evaluate {cases} --recipe tiny-phi3 --adapter {shipped}", ("for another model",)),
        ("export tiny-phi3 --adapter {shipped} --output x", ("for another model", "tiny-phi3")),
        ("sft tiny-phi3 --adapter {shipped}", ("for another model", "set --adapter to")),
        ("dpo tiny-phi3 --sft {shipped}", ("for another model", "set --sft to")),
        ("export embedded --adapter {shipped} --output x --report {cases}", ("is no report",)),
        ("export embedded --adapter {shipped} --output x --report gone", ("gone cannot be read",)),
        ("evaluate {cases} --output {cases}/x", ("cannot be written", "--output")),
        ("data tiny-phi3 --output {cases}/x", ("cannot be written", "--output")),
        (
            "export embedded --adapter {shipped} --output {cases}",
            ("cannot be written (File exists)", "remove what is in its way", "--output"),
        ),
    ],
)
def test_what_is_missing_is_told_before_anything_is_loaded(
    command, tmp_path: Path, words: str, told: tuple[str, ...]
) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(LINE)
    shipped = shipped_adapter()
    status, text = command(*words.format(cases=cases, shipped=shipped).split())
    assert status == 1
    assert all(item in text for item in told), text
    assert len(text.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"module": "q_proj"}, "The recipe's part lora does not hold: Target modules"),
        ({"sft": "optim: nothing"}, "The recipe's part sft does not hold"),
        ({"sft": "lr_scheduler_type: nothing"}, "The recipe's part sft does not hold"),
        ({"sft": "fp16: true"}, "set fp16 to false"),
        ({"sft": "save_steps: 0"}, "sft.save_steps"),
        ({"sft": "acceleration: fast"}, "sft.acceleration"),
        ({"sft": "acceleration: liger"}, "sets acceleration to liger"),
        ({"sft": "acceleration: unsloth"}, "sets acceleration to unsloth"),
        ({"model": ""}, "does not hold"),
    ],
)
@pytest.mark.usefixtures("nothing_loaded")
def test_what_does_not_hold_in_a_recipe_is_named(
    command, tmp_path: Path, values: dict[str, str], told: str
) -> None:
    status, text = command("sft", recipe(tmp_path, **values), "--output", str(tmp_path / "run"))
    assert status == (1 if "sets acceleration" in told or "fp16" in told else 2)
    assert told in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"model: [", "is not YAML: line 1"),
        (b"\xff\xfe", "it is not UTF-8 text"),
        (b"", "it should be an object"),
    ],
)
def test_a_malformed_recipe_is_named(command, tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    status, text = command("data", str(path))
    assert status == 2
    assert told in text
    status, text = command("data", str(tmp_path))
    assert status == 2
    assert "cannot be read (Is a directory)" in text


@pytest.mark.usefixtures("nothing_loaded")
def test_calibration_on_too_few_is_refused_at_once(command, tiny_adapter: Path) -> None:
    status, text = command("calibrate", "tiny-phi3", "--adapter", str(tiny_adapter))
    assert status == 1
    assert "raise `validation_examples`" in text


@pytest.mark.usefixtures("nothing_loaded")
def test_calibration_on_too_few_cases_is_refused_at_once(
    command, tiny_adapter: Path, tmp_path: Path
) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(LINE)
    given = ("--adapter", str(tiny_adapter), "--cases", str(cases))
    status, text = command("calibrate", "tiny-phi3", *given)
    assert status == 1
    assert "1 decisions are too few" in text


@pytest.fixture
def tiny_adapter(tmp_path: Path) -> Path:
    """Named as one of the tiny model's; its weights are looked at later."""
    folder = Path(shutil.copytree(str(shipped_adapter()), tmp_path / "adapter"))
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = "tiny-phi3"
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize("stage", ["sft", "dpo"])
def test_the_hint_after_training_is_a_line_that_works(
    command, monkeypatch, tmp_path: Path, tiny_adapter: Path, stage: str
) -> None:
    made = tmp_path / "a [folder]"
    monkeypatch.setattr(f"camara_qod.training.stages.{stage}.train", lambda *_, **__: made)
    words = ("--sft", str(tiny_adapter)) if stage == "dpo" else ()
    status, text = command(stage, "tiny-phi3", "--force", *words)
    assert status == 0
    line = next(line for line in text.splitlines() if "QOD_ADAPTER=" in line)
    given = dict(word.split("=", 1) for word in shlex.split(line) if "=" in word)
    assert given["QOD_ADAPTER"] == str(made)
    assert given["QOD_QUANTIZATION"] == "nf4"
    assert (Path(given["QOD_MODEL"]) / "config.json").is_file()


def test_a_hint_for_the_embedded_model_names_the_adapter_alone() -> None:
    assert variables(load_recipe("embedded"), "runs/a") == "QOD_ADAPTER=runs/a"


def test_the_card_of_the_shipped_adapter_tells_how_it_came_about(command, tmp_path: Path) -> None:
    shipped = str(shipped_adapter())
    status, text = command("export", "embedded", "--adapter", shipped, "--output", str(tmp_path))
    assert status == 0, text
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "not at hand" not in card
    assert "Not measured here" not in card
    assert "Last stage `" in card
    assert "560 hand-written requests, grounded decoding (`strangers_new.jsonl`)" in card
    assert "(`test.jsonl`)" in card
    assert (tmp_path / "calibration.json").is_file()


def test_an_export_does_not_mix_with_what_is_there(command, tmp_path: Path) -> None:
    words = ("export", "embedded", "--adapter", str(shipped_adapter()), "--output", str(tmp_path))
    assert command(*words)[0] == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    status, told = command(*words, "--gguf")
    assert status == 2
    assert told == (
        f"{tmp_path} has something in it: name another folder with --output, or empty it.\n"
    )
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_training_prints_no_warning_of_a_library(tmp_path: Path) -> None:
    """All of it in a process of its own, as a user starts it."""
    options = ["sft.max_steps=1", "data.examples=4", "sft.gradient_accumulation_steps=1"]
    changes = [word for option in options for word in ("--set", option)]
    shown = subprocess.run(
        [sys.executable, "-m", "camara_qod.training.cli", "sft", "tiny-phi3", *changes],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"QOD_CACHE_DIR": str(tmp_path / "cache"), "COLUMNS": "1000"},
    )
    # A line that is written over is a line of its own.
    lines = [line.strip() for line in shown.stderr.replace("\r", "\n").splitlines()]
    others = [line for line in lines if line and not re.search(r"\d/1 \[", line)]
    assert [line.split(":")[0] for line in others] == ["Memory"]


def test_a_warning_that_is_not_the_users_to_act_on_is_not_printed() -> None:
    program = (
        "import logging, camara_qod.tools\n"
        "print(*(logging.getLogger(name).isEnabledFor(logging.WARNING) for name in "
        "('bitsandbytes.backends.cpu.ops', 'bitsandbytes')))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["False", "True"]
    found = find_spec("bitsandbytes")
    assert found is not None
    source = Path(str(found.origin)).parent / "backends" / "cpu" / "ops.py"
    assert "Failed to load CPU gemm_4bit_forward" in source.read_text(encoding="utf-8")


def test_a_deleted_adapter_is_named(command, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(LINE)
    status, text = command("evaluate", str(cases), "--adapter", str(tmp_path / "gone"))
    assert status == 1
    assert "The adapter" in text
    assert "cannot be used" in text


def test_a_corrupt_line_of_the_training_data_is_named(command, monkeypatch, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree("data", data, ignore=shutil.ignore_patterns("adapters"))
    lines = (data / "sft.jsonl").read_text().splitlines()
    lines[4] = lines[4][:-20]
    (data / "sft.jsonl").write_text("\n".join(lines))
    monkeypatch.setattr("camara_qod.training.corpus.dataset.files", lambda _: data)
    status, text = command("data", "embedded", "--output", str(tmp_path / "out"))
    assert status == 1
    assert "sft.jsonl, line 5 is not JSON" in text


def test_data_are_written_to_be_looked_at(command, tmp_path: Path) -> None:
    status, text = command("data", "tiny-phi3", "--output", str(tmp_path))
    assert status == 0
    assert "train.jsonl: 32 examples" in text
    first = json.loads((tmp_path / "train.jsonl").read_text().splitlines()[0])
    assert set(first) == {"messages", "prompt", "emitted", "tag"}


def test_the_folder_of_a_run_is_named_after_its_recipe() -> None:
    names = ("qwen3-0.6b", "mine/tiny.yaml", "embedded")
    assert [str(_folder(name, "sft")) for name in names] == [
        "runs/qwen3-0.6b-sft",
        "runs/tiny-sft",
        "runs/embedded-sft",
    ]


def test_a_run_that_cannot_fit_is_refused(command, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("camara_qod.training.planning.memory.free_memory", lambda: 1000.0)
    status, text = command("sft", "tiny-phi3", "--output", str(tmp_path / "run"))
    assert status == 1
    assert "Memory: about" in text
    assert "set quantization to nf4" in text
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("kind", "status"), [(SettingsError, 2), (TrainingError, 1)])
def test_wrong_usage_is_told_apart_from_a_failure(
    monkeypatch: pytest.MonkeyPatch, kind: type[QodError], status: int
) -> None:
    def wrong() -> None:
        raise kind("It is wrong.")

    monkeypatch.setattr(cli, "app", wrong)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == status
