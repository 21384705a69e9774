"""The page of an evaluation."""

import json
import shutil
from pathlib import Path

import pytest

from camara_qod.tools.errors import TrainingError
from camara_qod.training.publishing.report import write_page

RESULTS = Path("training/results/embedded")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in RESULTS.glob("*.json"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_the_committed_page_is_that_of_the_committed_reports(folder: Path) -> None:
    page = write_page(folder).read_text(encoding="utf-8")
    assert page == (RESULTS / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in folder.glob("*.svg")} >= {"ways.svg", "coverage.svg", "loss.svg"}


def test_latency_is_told_where_it_was_measured(folder: Path) -> None:
    file = folder / "sft-grounded.json"
    value = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(value | {"seconds": {"median": 0.5}}), encoding="utf-8")
    assert "Time of a decision: median 0.50 s." in write_page(folder).read_text(encoding="utf-8")


def test_harm_and_languages_are_told_where_they_were_measured(folder: Path) -> None:
    file = folder / "sft-grounded.json"
    value = json.loads(file.read_text(encoding="utf-8"))
    figure = value["exact"] | {"value": 0.125}
    value |= {"wrong_acts": figure, "wrong_deletions": figure}
    value["languages"] = {"de": {"exact": figure, "wrong_acts": figure}}
    file.write_text(json.dumps(value), encoding="utf-8")
    page = write_page(folder).read_text(encoding="utf-8")
    for title in (
        "acts where a question, a refusal or another operation was due",
        "ends a session that was not to be ended",
        "language de",
        "language de, acts where a question, a refusal or another operation was due",
    ):
        assert f"| {title} | 12.5%" in page


def test_texts_of_strangers_come_first(folder: Path) -> None:
    page = write_page(folder).read_text(encoding="utf-8")
    assert page.index("## Texts of strangers") < page.index("## The test set")
    value = json.loads((folder / "strangers.json").read_text(encoding="utf-8"))
    share = value["tags"]["pasted"]["exact"]
    assert f"| pasted | {share['value']:.1%}" in page


def test_the_page_is_about_the_last_stage(folder: Path) -> None:
    last = json.loads((folder / "sft-grounded.json").read_text(encoding="utf-8"))
    last["cases_file"] = "others.jsonl"
    (folder / "dpo-grounded.json").write_text(json.dumps(last), encoding="utf-8")
    assert "`others.jsonl`" in write_page(folder).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("sft-grounded", "{", "is not JSON"),
        ("sft-grounded", "[]", "is no report"),
        ("sft-grounded", '{"exact": {}}', "it lacks way, cases_file"),
        ("manifest-sft", '{"stage": "sft"}', "is no manifest"),
    ],
)
def test_a_file_that_is_no_report_is_named(folder: Path, name: str, text: str, told: str) -> None:
    (folder / f"{name}.json").write_text(text)
    with pytest.raises(TrainingError, match=rf"{name}\.json .*{told}"):
        write_page(folder)
