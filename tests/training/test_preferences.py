"""Near misses: one thing wrong, and the right answer is what decoding would emit."""

import json
from collections import Counter

import pytest
from transformers import AutoTokenizer

from camara_qod.tools.interpreter.prompt import TURN
from camara_qod.training.dataset import generate
from camara_qod.training.generate.uses import load_uses
from camara_qod.training.preferences import curated_pairs, near_misses, tokenized_pairs

PAIRS = curated_pairs()


def test_there_are_enough_pairs_of_every_kind() -> None:
    kinds = Counter(pair["kind"] for pair in PAIRS)
    assert len(PAIRS) >= 100
    assert len({pair["prompt"] for pair in PAIRS}) == len(PAIRS)
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


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["prompt"][:40])
def test_a_rejected_answer_is_a_near_miss(pair: dict[str, str]) -> None:
    chosen, rejected = json.loads(pair["chosen"]), json.loads(pair["rejected"])
    assert chosen != rejected
    assert json.dumps(chosen, separators=(",", ":"), ensure_ascii=False) == pair["chosen"]
    if pair["kind"] not in ("flat", "wrong_operation"):
        assert chosen["operation"] == rejected["operation"]
        names = {path.split("/")[2] for path, _ in leaves(chosen) ^ leaves(rejected)}
        assert len(names) <= 2, names


def test_pairs_become_the_tokens_of_the_grammar(tiny_phi3) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    fresh = list(near_misses(generate(load_uses(), 40, seed=9), seed=1))
    assert len({pair["kind"] for pair in fresh}) >= 6
    pairs = [*PAIRS, *fresh]
    rows = tokenized_pairs(pairs, tokenizer)
    for row, pair in zip(rows, pairs, strict=True):
        for name in ("chosen", "rejected"):
            ids = row["prompt_ids"] + row[f"{name}_ids"]
            assert ids[-1] == tokenizer.eos_token_id
            assert tokenizer.decode(ids, skip_special_tokens=True).endswith(pair[name])
        assert row["chosen_ids"][0] != row["rejected_ids"][0]
    turns = [pair for pair in PAIRS if TURN in pair["prompt"]]
    assert turns
