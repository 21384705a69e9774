"""`qod-train` from a user's side: one line for an error, no traceback, nothing lost."""

import json
import shutil
from pathlib import Path

import pytest

from camara_qod.training.cli import main

LINE = (
    '{"id":"1","messages":[""],"expected":{"operation":"decline","arguments":{}},"tag":"decline"}'
)


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["qod-train", *words])
    monkeypatch.setenv("COLUMNS", "200")
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
    for words, told in (
        (("evaluate", str(corrupt)), "line 2 is not a case"),
        (("evaluate", str(tmp_path / "none")), "check the path"),
        (("sft", str(recipe)), "does not hold"),
        (("sft", "nothing"), "name one of embedded, phi3-mini, tiny-phi3"),
        (("dpo", "tiny-phi3", "--sft", str(tmp_path)), "run `qod-train sft` first"),
        (("export", "tiny-phi3", "--adapter", str(tmp_path), "--output", "x"), "train one with"),
        (("report", str(tmp_path)), "has no dpo-grounded.json"),
    ):
        status, text = command(*words)
        assert status == 1, words
        assert told in text
        assert "Traceback" not in text


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
    monkeypatch.setattr("camara_qod.training.dataset.files", lambda _: data)
    status, text = command("data", "embedded", "--output", str(tmp_path / "out"))
    assert status == 1
    assert "sft.jsonl, line 5 is not JSON" in text


def test_data_are_written_to_be_looked_at(command, tmp_path: Path) -> None:
    status, text = command("data", "tiny-phi3", "--output", str(tmp_path))
    assert status == 0
    assert "train.jsonl: 32 examples" in text
    first = json.loads((tmp_path / "train.jsonl").read_text().splitlines()[0])
    assert set(first) == {"messages", "prompt", "emitted", "tag"}


def test_a_run_that_cannot_fit_is_refused(command, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("camara_qod.training.memory.free_memory", lambda: 1000.0)
    status, text = command("sft", "tiny-phi3", "--output", str(tmp_path / "run"))
    assert status == 1
    assert "Memory: about" in text
    assert "set quantization to nf4" in text
    assert not (tmp_path / "run").exists()
