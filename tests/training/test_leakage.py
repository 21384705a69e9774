"""The test set is not in the training data, nor anything close to it."""

import re
from pathlib import Path

import pytest

from camara_qod.tools.interpreter.prompt import TURN
from camara_qod.training.corpus.generate.spoken import load_spoken
from camara_qod.training.corpus.generate.uses import load_uses
from camara_qod.training.corpus.lines import read_jsonl
from camara_qod.training.corpus.preferences import curated_pairs

#: Shorter runs of words are what everybody says: "for the next two hours", "my phone number is".
LONGEST_COMMON_RUN = 4
DATA = Path("data")
TEST_SET = DATA / "test.jsonl"


def words(text: str) -> list[str]:
    """Lower case, without punctuation; every identifier and number is one and the same word."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "0", text.lower())
    text = re.sub(r"[0-9a-f]*:[0-9a-f:]+", "0", text)
    text = re.sub(r"[0-9][0-9\s.,:/()-]*", " 0 ", text)
    return re.findall(r"[^\W_]+", text)


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[at : at + length]) for at in range(len(said) - length + 1)}


@pytest.fixture(scope="module")
def phrases() -> list[str]:
    """Every text that training examples are made of."""
    uses = load_uses()
    lists = [*uses.nouns.values(), *uses.sentences.values(), *uses.operations.values()]
    texts = [text for items in [*lists, uses.unstated] for text in items]
    texts += [item["text"] for item in (*uses.decline, *uses.decline_about)]
    texts += [
        re.sub(r"{\w+}", "0", turn) for item in uses.conversations for turn in item["messages"]
    ]
    texts += [re.sub(r"{\w+}", " 0 ", turn) for item in load_spoken() for turn, _ in item.turns]
    lines = read_jsonl(DATA / "sft.jsonl", "input")
    texts += [turn for item in lines for turn in item["input"].split(TURN)]
    return texts + [turn for pair in curated_pairs() for turn in pair.context.messages]


def test_no_test_request_shares_a_run_of_words_with_the_training_data(phrases) -> None:
    known = {run for text in phrases for run in runs(text, LONGEST_COMMON_RUN + 1)}
    shared = {
        case["id"]: " ".join(run)
        for case in read_jsonl(TEST_SET)
        for turn in case["messages"]
        for run in runs(turn, LONGEST_COMMON_RUN + 1)
        if run in known
    }
    assert not shared


def test_no_test_request_is_made_of_a_training_phrase(phrases) -> None:
    said = [tuple(words(text)) for text in phrases]
    # "my phone is 0": whoever answers a question says it like this.
    sentences = {text for text in said if len(text) > 3 and "0" not in text}
    shared = {
        case["id"]: " ".join(run)
        for case in read_jsonl(TEST_SET)
        for turn in case["messages"]
        for length in range(4, LONGEST_COMMON_RUN + 1)
        for run in runs(turn, length)
        if run in sentences
    }
    assert not shared
