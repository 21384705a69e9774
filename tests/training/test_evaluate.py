"""Evaluation in three ways on a tiny Phi-3, and figures of results that are known."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.dataset import demo_settings
from camara_qod.training.evaluation.cases import Case
from camara_qod.training.evaluation.evaluate import evaluate, report
from camara_qod.training.evaluation.table import show
from camara_qod.training.evaluation.ways import Attempt, Way

PHONE = {"phoneNumber": "+351966666666"}
SESSION = {
    "operation": "createSession",
    "arguments": {
        "device": PHONE,
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 7200,
    },
}
TEXT = "gaming on +351 966 666 666 for two hours"
RIGHT = json.dumps(
    {
        "operation": "createSession",
        "arguments": {
            "device": PHONE,
            "applicationServer": None,
            "qosProfile": "QOS_E",
            "duration": 7200,
        },
    }
)


def case(expected: dict[str, object] = SESSION, text: str = TEXT, tag: str = "plain") -> Case:
    return Case.model_validate({"id": tag, "messages": [text], "expected": expected, "tag": tag})


def figures(
    monkeypatch: pytest.MonkeyPatch, cases: list[Case], attempts: list[Attempt]
) -> dict[str, object]:
    """The report for a model that wrote these texts."""
    monkeypatch.setattr("camara_qod.training.evaluation.evaluate.attempts", lambda *_: attempts)
    settings = demo_settings()
    return report(evaluate(Way.FREE, None, None, cases, settings, load_catalogue()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RIGHT, (True, True, True, False, False)),
        (RIGHT.replace("7200", "120"), (False, True, True, False, True)),
        (RIGHT.replace("7200", '7200, "priority": 1'), (False, True, False, True, True)),
        (RIGHT.replace("QOS_E", "QOS_GOLD"), (False, True, False, False, True)),
        (RIGHT[:-1], (False, False, False, False, False)),
        ("I would be glad to help!", (False, False, False, False, False)),
        ('{"operation":"bookTable","arguments":{}}', (False, True, False, False, False)),
    ],
)
def test_what_a_model_wrote_is_judged(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: tuple[bool, ...]
) -> None:
    value = figures(monkeypatch, [case()], [Attempt(text)])
    names = ("exact", "valid_json", "compliant", "hallucinated_fields", "hallucinated_values")
    assert tuple(bool(value[name]["value"]) for name in names) == expected


def test_a_report_has_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    decline = {"operation": "decline", "arguments": {}}
    cases = [case(), case(decline, "hello", "decline"), case(tag="use")]
    refusal = '{"operation":"decline","arguments":{}}'
    attempts = [
        Attempt(RIGHT, 0.9, 1.0),
        Attempt(refusal, 0.8, 1.0),
        Attempt(refusal, 0.3, 2.0),
    ]
    value = figures(monkeypatch, cases, attempts)
    assert (value["exact_match"], value["count"]) == (0.6667, 3)
    assert value["fields"]["device"]["value"] == 0.5
    assert value["tags"]["decline"]["exact"]["value"] == 1.0
    assert value["languages"] == {}
    assert value["kind"]["confusion"] == {
        "act": {"act": 1, "decline": 1},
        "decline": {"decline": 1},
    }
    assert value["calibration"]["curve"][5]["value"] == 1.0
    assert value["cases"][0] == {
        "id": "plain",
        "tag": "plain",
        "expected": SESSION,
        "decision": SESSION,
        "correct": True,
        "confidence": 0.9,
        "seconds": 1.0,
    }
    console = Console(record=True, width=100)
    show(console, value)
    assert "66.7% of 3 exactly right" in console.export_text()


DECLINE = {"operation": "decline", "arguments": {}}
ASK = {"operation": "clarify", "arguments": {"missing": ["qosProfile"]}}
UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
OTHER = "b1df301c-e75a-4898-8632-4d204d5ba7d2"


def on_session(operation: str, uuid: str = UUID) -> dict[str, object]:
    return {"operation": operation, "arguments": {"sessionId": uuid}}


@pytest.mark.parametrize(
    ("due", "wrote", "acted", "deleted"),
    [
        (SESSION, RIGHT, False, False),
        (SESSION, RIGHT.replace("QOS_E", "QOS_S"), False, False),
        (DECLINE, RIGHT, True, False),
        (ASK, RIGHT, True, False),
        (SESSION, json.dumps(DECLINE), False, False),
        (on_session("getSession"), json.dumps(on_session("deleteSession")), True, True),
        (on_session("deleteSession"), json.dumps(on_session("deleteSession")), False, False),
        (on_session("deleteSession"), json.dumps(on_session("deleteSession", OTHER)), False, True),
        (on_session("deleteSession"), json.dumps(on_session("getSession")), True, False),
        (on_session("deleteSession"), "no JSON", False, False),
    ],
)
def test_wrong_acts_are_counted(
    monkeypatch: pytest.MonkeyPatch,
    due: dict[str, object],
    wrote: str,
    acted: bool,
    deleted: bool,
) -> None:
    value = figures(monkeypatch, [case(due)], [Attempt(wrote)])
    assert bool(value["wrong_acts"]["value"]) == acted
    assert bool(value["wrong_deletions"]["value"]) == deleted


def test_languages_have_figures_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        case().model_copy(update={"language": "en"}),
        case(DECLINE, "hallo", "decline").model_copy(update={"language": "de"}),
        case(tag="use").model_copy(update={"language": "de"}),
        case(),
    ]
    value = figures(monkeypatch, cases, [Attempt(RIGHT, 0.9, 1.0)] * 4)
    assert list(value["languages"]) == ["en", "de"]
    assert value["languages"]["de"]["exact"]["count"] == 2
    assert value["languages"]["de"]["exact"]["value"] == 0.5
    assert value["languages"]["de"]["wrong_acts"]["value"] == 0.5
    assert value["languages"]["en"]["wrong_acts"]["value"] == 0.0
    assert [item.get("language") for item in value["cases"]] == ["en", "de", "de", None]
    console = Console(record=True, width=100)
    show(console, value)
    text = console.export_text()
    for title in ("acts where something else was due", "ends a session that was to stay"):
        assert title in text
    assert "language de, wrong acts" in text


def test_the_same_model_in_three_ways(tiny_phi3: Path) -> None:
    settings = QodSettings(_env_file=None, model=str(tiny_phi3), adapter="none", quantization="nf4")
    model, tokenizer = load_model(settings)
    blank = case({"operation": "decline", "arguments": {}}, "", "blank")
    cases = [case(), blank]
    found = {
        way: report(
            evaluate(
                way, Decoder(model, tokenizer), model, cases, demo_settings(), load_catalogue()
            )
        )
        for way in Way
    }
    assert found[Way.FREE]["valid_json"]["value"] == 0.0
    assert found[Way.SCHEMA]["valid_json"]["value"] == 1.0
    grounded = found[Way.GROUNDED]
    assert grounded["compliant"]["value"] == 1.0
    assert grounded["hallucinated"]["value"] == 0.0
    # Where nothing was said the grammar leaves a refusal only.
    assert grounded["tags"]["blank"]["exact"]["value"] == 1.0
    assert grounded["seconds"]["median"] > 0
    assert found[Way.FREE]["seconds"] is None
