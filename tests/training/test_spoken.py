"""The hand-written texts: each has a legal label, and nearly each can be pointed at."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from camara_qod.tools.catalogue import Need
from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.decision import DECLINE, Aside
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.operations import (
    ARGUMENTS,
    CREATE,
    DELETE,
    EXTEND,
    GET,
    GET_PROFILE,
    LIST,
    LIST_PROFILES,
)
from camara_qod.training.corpus.dataset import Record, spoken
from camara_qod.training.corpus.generate.spoken import Spoken, examples, load_spoken
from camara_qod.training.evaluation.hallucination import hallucinated_fields, hallucinated_values

FOLDER = Path("data/requests")
CARD = Path("data/README.md")
LINES = [
    json.loads(line)
    for path in sorted(FOLDER.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
TEXTS = load_spoken()

LANGUAGES = {"de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv", "tr"}
#: Of these there are too few to claim them.
OTHER_LANGUAGES = {"hi", "ja", "zh"}
GROUPS = (
    *("plain", "uses", "industry", "roles", "turns", "pasted"),
    *("operations", "developer", "agents", "dictated", "decline"),
)
#: What a label may say of each operation.
KEYS = {
    CREATE: {"device", "server", "devicePorts", "serverPorts", "profile", "duration", "sink"},
    GET: {"session"},
    DELETE: {"session"},
    EXTEND: {"session", "more"},
    LIST: {"device"},
    LIST_PROFILES: set(),
    GET_PROFILE: {"profile"},
    DECLINE: {"kind"},
}
#: The places that may stand in each part of a label.
KINDS = {
    "device": r"(phone|national|ip|ipport|v4_|v6_)\d+",
    "server": r"(ip|ipport|v4_|v6_|net)\d+",
    "devicePorts": r"(port|range)\d+",
    "serverPorts": r"(port|range)\d+",
    "sink": r"url\d+",
    "session": r"id\d+|current",
}
PLACE = re.compile(r"{(\w+)}")


def turns(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each turn's label, with all that was said up to it."""
    said = ""
    for turn in item["turns"]:
        said += f"\n{turn['text']}"
        yield said, turn["expected"]


def faults(item: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the labels of a line."""
    for said, expected in turns(item):
        operation = expected.get("operation")
        if operation not in KEYS:
            yield f"{operation} is no operation"
            continue
        for key in set(expected) - KEYS[operation] - {"operation"}:
            yield f"{operation} has no {key}"
        known = {*PLACE.findall(said), *item.get("sessions", ())}
        for key in KINDS.keys() & expected.keys():
            places = [expected[key]] if isinstance(expected[key], str) else expected[key]
            for place in places:
                if not re.fullmatch(KINDS[key], place):
                    yield f"{place} is no {key}"
                elif place not in known and place != "current":
                    yield f"{place} is not said"
        if operation == DECLINE and expected.get("kind") not in list(Aside):
            yield f"{expected.get('kind')} is no kind of refusal"
        if expected.get("profile") not in (None, *Need):
            yield f"{expected['profile']} is no need"
        for key in {"duration", "more"} & expected.keys():
            yield from length_faults(expected[key], said)


def length_faults(value: Any, said: str) -> Iterator[str]:
    """A length is to be asked about, or words that were said with seconds or an end."""
    if value == "ask":
        return
    words, length = (value["total"], 1) if isinstance(value, dict) else value
    if isinstance(words, list):
        words, length = words
    if words not in said:
        yield f"{words!r} is not said"
    end = isinstance(length, str) and re.fullmatch(r"([01]?\d|2[0-4]):[0-5]\d", length)
    if not end and not (isinstance(length, int) and length > 0):
        yield f"{length!r} is no length"


def test_every_text_has_a_legal_label() -> None:
    wrong = {item["id"]: found for item in LINES if (found := list(faults(item)))}
    assert not wrong
    for item in LINES:
        assert set(item) <= {"id", "language", "group", "pair", "sessions", "turns"}
        assert item["language"] in LANGUAGES | OTHER_LANGUAGES
        assert item["group"] in GROUPS
        assert item["turns"]
        assert all(turn["text"].strip() for turn in item["turns"])


def test_no_text_is_there_twice() -> None:
    assert len(TEXTS) == len(LINES)
    assert len({item["id"] for item in LINES}) == len(LINES)
    said = Counter(
        (
            item["language"],
            *item.get("sessions", ()),
            re.sub(r"\W+", " ", " / ".join(turn["text"] for turn in item["turns"]).lower()),
        )
        for item in LINES
    )
    assert [text for text, count in said.items() if count > 1] == []


def test_each_language_has_enough_texts() -> None:
    assert set(ARGUMENTS) == set(KEYS) - {DECLINE}
    counts = Counter(text.language for text in TEXTS)
    assert counts.keys() == LANGUAGES | OTHER_LANGUAGES
    assert min(counts[language] for language in LANGUAGES) >= 300
    for language in LANGUAGES:
        ours = [text for text in TEXTS if text.language == language]
        operations = {expected["operation"] for text in ours for _, expected in text.turns}
        assert operations == set(KEYS), language


def test_a_quarter_of_the_texts_are_contrasts() -> None:
    """Two texts that differ in little and are to be decided differently."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in LINES:
        if "pair" in item:
            groups.setdefault(item["pair"], []).append(item)
    for name, items in groups.items():
        assert len(items) > 1, name
        assert len({item["language"] for item in items}) == 1, name
    assert sum(map(len, groups.values())) >= len(LINES) / 4


def test_nearly_every_turn_becomes_a_record() -> None:
    rng = random.Random(1)
    tried = [item for text in rng.sample(TEXTS, 300) for item in examples(rng, text)]
    assert len(tried) > 300
    refused = []
    for item in tried:
        try:
            record = Record.of(item)
        except DecodingError as error:
            refused.append(str(error))
            continue
        pointed = Offer(record.context).pointed(record.answer)
        complete(pointed.decision, record.context, pointed.mentions)
        label = json.loads(record.free)
        assert hallucinated_fields(label) == []
        assert hallucinated_values(label, record.context) == [], record
    assert len(refused) <= 0.05 * len(tried), refused


def text(*turns: tuple[str, dict[str, Any]], sessions: tuple[str, ...] = ()) -> Spoken:
    return Spoken("en", "plain", sessions, turns)


def test_all_turns_of_a_text_have_the_same_identifiers() -> None:
    says = {"operation": CREATE, "device": ["phone1"], "profile": "QOS_E"}
    told = text(("gaming on {phone1}", says), ("not {phone2}, {phone1}!", says))
    first, second = spoken([told], seed=1)
    assert second.context.messages[0] == first.context.messages[0]
    assert first.answer.arguments["device"] == second.answer.arguments["device"] == "A"
    assert "B:phone" in str(second.line["prompt"])
    assert spoken([told], seed=1) == [first, second]
    assert spoken([told], seed=2)[0].context.messages != first.context.messages


def test_an_end_is_reckoned_from_the_time_of_every_example() -> None:
    says = {"operation": CREATE, "duration": ["until 21:00", "21:00"]}
    (record,) = spoken([text(("better until 21:00", says))], seed=1)
    assert json.loads(record.free)["arguments"]["duration"] == 48600  # from half past seven


def test_a_session_that_is_spoken_of_is_known() -> None:
    says = {"operation": DELETE, "session": "current"}
    (record,) = spoken([text(("end it", says))], seed=1)
    assert record.answer.arguments == {"sessionId": "A"}
    assert record.line["prompt"] == ["Sessions: [A:id]; now [A]\nend it"]
    several = text(("end {id1}", says | {"session": "id1"}), sessions=("id2", "id1"))
    (record,) = spoken([several], seed=1)
    assert record.answer.arguments == {"sessionId": "B"}


@pytest.mark.parametrize(
    ("places", "keys"),
    [
        (["ip1"], {"publicAddress", "privateAddress"}),
        (["ipport1"], {"publicAddress", "publicPort"}),
        (["v4_1", "v4_2"], {"publicAddress", "privateAddress"}),
    ],
)
def test_addresses_of_a_device(places: list[str], keys: set[str]) -> None:
    said = " and ".join(f"{{{place}}}" for place in places)
    says = {"operation": LIST, "device": places}
    for seed in range(8):
        for record in spoken([text((said, says))], seed):
            device = json.loads(record.free)["arguments"]["device"]
            assert set(device.get("ipv4Address", keys)) == keys


def test_the_card_counts_the_texts() -> None:
    counts = Counter((item["language"], item["group"]) for item in LINES)
    card = CARD.read_text(encoding="utf-8")
    head = ["language", *GROUPS, "all"]
    assert f"| {' | '.join(head)} |" in card
    for language in sorted(LANGUAGES | OTHER_LANGUAGES):
        row = [counts[language, group] for group in GROUPS]
        cells = [language, *map(str, row), f"{sum(row)}"]
        assert f"| {' | '.join(cells)} |" in card
    turned = sum(len(item["turns"]) for item in LINES)
    paired = sum("pair" in item for item in LINES)
    assert f"{len(LINES):,} texts with {turned:,} turns".replace(",", " ") in card
    assert f"{paired:,} of them stand in pairs".replace(",", " ") in card
