"""Near misses: one thing wrong, and the right answer is what decoding would emit."""

import json
from collections import Counter

import pytest
from jsonschema import Draft202012Validator
from transformers import AutoTokenizer

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.offering.notation import read, write
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.training.corpus.dataset import Record, demo_context, generate
from camara_qod.training.corpus.generate.example import Example
from camara_qod.training.corpus.generate.uses import load_uses
from camara_qod.training.corpus.preferences import (
    Pair,
    curated_pairs,
    from_record,
    near_misses,
    to_record,
    tokenized_pairs,
)

PAIRS = curated_pairs()


def test_there_are_enough_pairs_of_every_kind() -> None:
    kinds = Counter(pair.kind for pair in PAIRS)
    assert len(PAIRS) >= 100
    assert len({pair.context.messages for pair in PAIRS}) == len(PAIRS)
    assert set(kinds) >= {
        "wrong_unit",
        "roles_swapped",
        "invented_port",
        "invented_server",
        "invented_device",
        "wrong_profile",
        "unknown_field",
        "flat",
        "acts_instead_of_asking",
        "asks_instead_of_acting",
    }
    assert min(kinds.values()) >= 5


def leaves(value: object, path: str = "") -> set[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return {leaf for key, item in value.items() for leaf in leaves(item, f"{path}/{key}")}
    return {(path, json.dumps(value))}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.context.messages[0][:40])
def test_a_rejected_answer_is_a_near_miss(pair: Pair) -> None:
    chosen, rejected = json.loads(pair.chosen), json.loads(pair.rejected)
    assert chosen != rejected
    assert json.dumps(chosen, separators=(",", ":"), ensure_ascii=False) == pair.chosen
    if pair.kind not in ("flat", "wrong_operation"):
        assert chosen["operation"] == rejected["operation"]
        names = {path.split("/")[2] for path, _ in leaves(chosen) ^ leaves(rejected)}
        assert len(names) <= 2, names


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.context.messages[0][:40])
def test_the_right_answer_is_what_decoding_would_emit(pair: Pair) -> None:
    right = Decision.from_json(pair.chosen)
    chosen = {name: value for name, value in right.arguments.items() if value is not None}
    record = Record.of(Example(list(pair.context.messages), right.operation, chosen))
    emitted = Offer(record.context).pointed(record.answer).decision
    said = {name: value for name, value in emitted.arguments.items() if value is not None}
    assert (emitted.operation, said) == (right.operation, chosen)


def test_made_pairs_differ_in_one_place_under_one_grammar(fresh: list[Pair]) -> None:
    assert {pair.kind for pair in fresh} == {
        "roles_swapped",
        "another_value",
        "dropped_value",
        "acts_instead_of_asking",
        "another_act",
    }
    for pair in fresh:
        held = Draft202012Validator(Offer(pair.context).schema)
        assert held.is_valid(json.loads(pair.chosen))
        assert held.is_valid(json.loads(pair.rejected))
        chosen, rejected = read(pair.chosen), read(pair.rejected)
        assert chosen != rejected
        if pair.kind != "another_act":
            assert chosen.operation == rejected.operation
            assert chosen.arguments.keys() == rejected.arguments.keys()
            names = dict(chosen.arguments.items() ^ rejected.arguments.items())
            assert len(names) == 1 + (pair.kind == "roles_swapped")


@pytest.fixture(scope="module")
def fresh() -> list[Pair]:
    return list(near_misses(generate(load_uses(), 150, seed=9), seed=1))


def test_pairs_become_the_tokens_of_the_grammar(tiny_phi3, fresh: list[Pair]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    pairs = [*PAIRS, *fresh[:60]]
    rows = tokenized_pairs(pairs, tokenizer)
    for row, pair in zip(rows, pairs, strict=True):
        for name, text in (("chosen", pair.chosen), ("rejected", pair.rejected)):
            ids = row["prompt_ids"] + row[f"{name}_ids"]
            assert ids[-1] == tokenizer.eos_token_id
            assert tokenizer.decode(ids, skip_special_tokens=True).endswith(text)
        assert row["chosen_ids"][0] != row["rejected_ids"][0]
    assert any(len(pair.context.messages) > 1 for pair in PAIRS)


def test_an_answer_in_labels_that_its_grammar_cannot_emit_is_an_error(tiny_phi3) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    session = write(Decision("getSession", {"sessionId": "A"}))
    pair = Pair(demo_context(["hello"]), '"decline greeting"', session, "made", free=False)
    with pytest.raises(DecodingError):
        tokenized_pairs([pair], tokenizer)


def test_a_pair_outlives_its_file(fresh: list[Pair]) -> None:
    pair = next(pair for pair in fresh if not pair.context.sessions.ids)
    assert from_record(json.loads(json.dumps(to_record(pair)))) == pair
