"""The page of an evaluation."""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from camara_qod.tools.errors import TrainingError
from camara_qod.training.publishing.report import write_page
from camara_qod.training.recipe import load_recipe

RESULTS = Path("training/results/embedded")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in RESULTS.glob("*.json"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_the_committed_page_is_that_of_the_committed_reports(folder: Path) -> None:
    page = write_page(folder).read_text(encoding="utf-8")
    assert page == (RESULTS / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in folder.glob("*.svg")} >= {
        "strangers.svg",
        "coverage.svg",
        "loss.svg",
    }


def test_how_it_is_made_again_is_told_out_of_the_manifest(folder: Path) -> None:
    def recipe_of(manifest: dict[str, Any]) -> None:
        manifest["start"] = "runs/earlier/adapter"
        manifest["recipe"] = load_recipe("embedded").model_dump()
        manifest["recipe"]["seed"] = 72
        manifest["recipe"]["sft"]["learning_rate"] = 3e-5

    changed(folder, "manifest-sft", recipe_of)
    page = write_page(folder).read_text(encoding="utf-8")
    train = (
        "    qod-train sft embedded --adapter $START --set seed=72 --set sft.learning_rate=3.0e-05"
    )
    assert train in page.splitlines()
    assert "went on from an adapter that is not kept here" in page
    measured = "qod-train evaluate data/test.jsonl --way grounded --output $R/sft-grounded.json"
    assert f"    {measured}" in page.splitlines()
    options = [word for word in shlex.split(train.strip()) if "=" in word]
    assert load_recipe("embedded", options).sft.learning_rate == 3e-5

    changed(folder, "manifest-sft", lambda it: it.pop("start"))
    page = write_page(folder).read_text(encoding="utf-8")
    assert "$START" not in page
    assert "each stage by its recipe" in page


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
        "acts where something else was due",
        "ends a session that was to stay",
        "language de",
        "language de, acts where something else was due",
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


def changed(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a report or a manifest of the folder."""
    file = folder / f"{name}.json"
    value = json.loads(file.read_text(encoding="utf-8"))
    change(value)
    file.write_text(json.dumps(value), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("sft-grounded", lambda it: it.update(exact=None), "exact: it should be an object"),
        ("sft-grounded", lambda it: it["exact"].update(value=None), "exact.value: it should be"),
        ("sft-grounded", lambda it: it["exact"].update(low="0.5"), "exact.low: it should be"),
        ("sft-grounded", lambda it: it.update(count=None), "count: it should be"),
        ("sft-grounded", lambda it: it.update(count=0), "count: it should be greater than 0"),
        ("sft-grounded", lambda it: it.update(cases=[None]), "cases.0: it should be an object"),
        ("sft-grounded", lambda it: it["calibration"].pop("brier"), "calibration.brier is missing"),
        (
            "strangers",
            lambda it: it["tags"]["pasted"].pop("wrong_acts"),
            "tags.pasted.wrong_acts is missing",
        ),
        (
            "strangers",
            lambda it: it["calibration"]["sure"].update(low=None),
            "calibration.sure: value, low and high belong together",
        ),
        ("manifest-sft", lambda it: it.update(stage="dpq"), "its recipe has no part dpq"),
        ("manifest-sft", lambda it: it["recipe"].pop("lora"), "its recipe has no part lora"),
        ("manifest-sft", lambda it: it.pop("examples"), "it has neither examples nor pairs"),
        ("manifest-sft", lambda it: it.update(seconds=None), "seconds: it should be"),
        ("manifest-sft", lambda it: it["log"][0].update(loss=None), "log.0.loss: it should be"),
    ],
)
def test_a_file_of_another_shape_is_named(
    folder: Path, name: str, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    changed(folder, name, change)
    with pytest.raises(TrainingError, match=rf"{name}\.json is no .*{told}.* write it again"):
        write_page(folder)


def test_a_report_that_tells_no_confidence_leaves_it_out(folder: Path) -> None:
    for name in ("sft-grounded", "strangers"):
        changed(folder, name, lambda it: it.update(calibration=None, way="free"))
    page = write_page(folder).read_text(encoding="utf-8")
    assert "exactly right" in page
    for told in ("Brier score", "most confident |", "with a confidence of 95 %", "coverage.svg"):
        assert told not in page


def test_nothing_may_be_so_sure(folder: Path) -> None:
    nothing = {"value": None, "low": None, "high": None, "count": 0}
    changed(folder, "strangers", lambda it: it["calibration"].update(sure=nothing))
    assert "Of the 0 decided with" in write_page(folder).read_text(encoding="utf-8")


def test_a_field_that_no_case_has_is_left_open(folder: Path) -> None:
    shutil.copy(folder / "sft-grounded.json", folder / "catalogue-other.json")
    changed(folder, "catalogue-other", lambda it: it["fields"].pop("qosProfile"))
    assert "| other | – | " in write_page(folder).read_text(encoding="utf-8")
