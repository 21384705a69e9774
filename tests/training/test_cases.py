import json
from pathlib import Path

import pytest

from camara_qod.tools.camara.models import CreateSession
from camara_qod.tools.catalogue import Need, load_catalogue
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE
from camara_qod.training.corpus.dataset import demo_settings
from camara_qod.training.evaluation.cases import Case, read_cases, under
from camara_qod.training.evaluation.hallucination import hallucinated_values
from camara_qod.training.evaluation.open_schema import ARGUMENTS

CASES = read_cases(Path("data/test.jsonl"))
READ = [
    case
    for name in ("validation", "blind", "strangers", "strangers_new")
    for case in read_cases(Path(f"data/{name}.jsonl"))
]
CATALOGUES = sorted(Path("data/catalogues").glob("*.json"))


def test_the_test_set_is_large_and_its_ids_are_unique() -> None:
    assert len(CASES) >= 300
    assert len({case.id for case in CASES}) == len(CASES)
    assert len({tuple(case.messages) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [*CASES, *READ], ids=lambda case: case.id)
def test_what_is_expected_holds_and_was_said(case: Case) -> None:
    operation, arguments = case.expected.operation, case.expected.arguments
    if operation == CLARIFY:
        assert arguments["missing"]
        return
    if operation != DECLINE:
        ARGUMENTS[operation].model_validate(arguments)
    if operation == "createSession":
        body = CreateSession.model_validate(arguments)
        assert 60 <= body.duration <= 43200
    decision = {"operation": operation, "arguments": arguments}
    said = hallucinated_values(decision, case.context(load_catalogue(), demo_settings()))
    # A length may be said in words that no reader takes for one.
    lengths = {str(arguments.get(name)) for name in ("duration", "requestedAdditionalDuration")}
    assert not said or set(said) <= lengths


def test_a_case_may_know_sessions() -> None:
    ids = ["b1df301c-e75a-4898-8632-4d204d5ba7d2", "0c3a1e52-7f1b-4b7e-9d0e-2a51c7f0d9aa"]
    case = Case.model_validate(
        {"id": "1", "messages": ["end it"], "sessions": ids, "current": ids[0]}
        | {"expected": {"operation": DECLINE, "arguments": {}}}
    )
    sessions = case.context(load_catalogue(), demo_settings()).sessions
    assert sessions.ids == tuple(ids)
    assert sessions.current == ids[0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json", r"line 2 is not a case \(Invalid JSON"),
        ('{"id": "1"}', r"line 2 is not a case \(messages is missing"),
        ('{"id":"1","messages":["a"],"expected":{"op":"x"}}', r"expected\.operation"),
        ('{"id":"1","messages":[],"expected":{"operation":"x","arguments":{}}}', "messages"),
    ],
)
def test_a_corrupt_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(CASES[0].model_dump_json() + "\n" + line + "\n")
    with pytest.raises(SettingsError, match=message):
        read_cases(path)


CREATE = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 3600,
}
UUID = "b1df301c-e75a-4898-8632-4d204d5ba7d2"


def line(operation: str, arguments: dict[str, object], **others: object) -> str:
    expected = {"operation": operation, "arguments": arguments}
    return json.dumps({"id": "1", "messages": ["a"], "expected": expected, **others})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (line("createSesion", CREATE), "createSesion is no operation"),
        (line("decline", {"reason": "no"}), "reason is not known here"),
        (line("createSession", CREATE | {"duration": 0}), "duration"),
        (line("createSession", CREATE | {"duration": "1 h"}), "duration"),
        (line("createSession", CREATE | {"device": {"phoneNumber": "966"}}), "phoneNumber"),
        (line("createSession", CREATE | {"sink": None}), "sink"),
        (line("createSession", CREATE | {"qosProfile": "QOS_GOLD"}), "not in the catalogue"),
        (line("createSession", {"device": CREATE["device"]}), "is missing"),
        (line("getQosProfile", {"name": "QOS_GOLD"}), "not in the catalogue"),
        (line("getSession", {"sessionId": UUID.upper()}), f'sessionId is written "{UUID}"'),
        (line("getSession", {"sessionId": "7"}), "sessionId"),
        (line("clarify", {}), "clarify has one argument, missing"),
        (line("clarify", {"missing": []}), "clarify has one argument, missing"),
        (line("clarify", {"missing": ["profile"]}), "not arguments of one operation"),
        (line("clarify", {"missing": ["device", "device"]}), "not arguments of one operation"),
        (line("clarify", {"missing": ["duration", "device"]}), "in their order"),
        (line("decline", {}, sessions=["7"]), "has a session that is none"),
        (line("decline", {}, current=UUID.upper()), "has a session that is none"),
    ],
)
def test_what_no_decision_can_be_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{line('decline', {}, id='0')}\n\n{text}\n")
    with pytest.raises(SettingsError, match=rf"cases\.jsonl, line 3 .*{message}"):
        read_cases(path)


def test_an_id_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(line("decline", {}, id=name) for name in ("1", "2", "1")))
    with pytest.raises(SettingsError, match=r"line 3 has the id 1, which line 1 has too"):
        read_cases(path)


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    text = line("decline", {}).replace('"a"', '"a\u2028b\x85c"')
    path.write_text(f"\ufeff{text}\r\n", encoding="utf-8")
    assert read_cases(path)[0].messages == ["a\u2028b\x85c"]


def test_a_catalogues_own_names_may_be_expected(tmp_path: Path) -> None:
    catalogue = load_catalogue(CATALOGUES[0])
    name = catalogue.names[0]
    path = tmp_path / "cases.jsonl"
    path.write_text(line("getQosProfile", {"name": name}))
    (found,) = read_cases(path, catalogue)
    assert under(catalogue, found).expected.arguments == {"name": name}


def test_a_missing_or_empty_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="check the path"):
        read_cases(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(SettingsError, match="has no cases"):
        read_cases(tmp_path / "empty.jsonl")


def case(text: str, profile: str, duration: int = 3600) -> Case:
    arguments = {"qosProfile": profile, "duration": duration}
    return Case.model_validate(
        {
            "id": "1",
            "messages": [text],
            "expected": {"operation": "createSession", "arguments": arguments},
        }
    )


def test_there_are_five_other_operators() -> None:
    assert len(CATALOGUES) == 5
    loaded = [load_catalogue(path) for path in CATALOGUES]
    assert not any(set(catalogue.names) & set(Need) for catalogue in loaded)
    assert any(len(catalogue.needs) == 3 for catalogue in loaded)
    assert any(len(serving) > 1 for catalogue in loaded for serving in catalogue.needs.values())


def test_cases_are_put_into_an_operators_names(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.json"
    day = {"value": 12, "unit": "Hours"}
    short = {"value": 1, "unit": "Hours"}
    profiles = [
        {"name": "fast", "status": "ACTIVE", "serves": "QOS_E", "maxDuration": short},
        {"name": "fast-long", "status": "ACTIVE", "serves": "QOS_E", "maxDuration": day},
        {"name": "wide", "status": "ACTIVE", "serves": "QOS_S", "maxDuration": day},
    ]
    path.write_text(json.dumps(profiles))
    catalogue = load_catalogue(path)
    assert under(catalogue, case("QOS_S please", "QOS_S")).messages == ["wide please"]
    assert under(catalogue, case("gaming", "QOS_E")).expected.arguments["qosProfile"] == "fast"
    long = under(catalogue, case("gaming", "QOS_E", 7200))
    assert long.expected.arguments["qosProfile"] == "fast-long"
    unserved = under(catalogue, case("a video call", "QOS_L")).expected
    assert unserved.model_dump() == {
        "operation": "clarify",
        "arguments": {"missing": ["qosProfile"]},
    }
