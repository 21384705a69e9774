"""Guesses out of a schema."""

import json

import llguidance.hf
import numpy as np
import pytest
from llguidance import LLMatcher
from transformers import AutoTokenizer

from camara_qod.tools.interpreter.draft import Draft
from camara_qod.tools.interpreter.grammar import Matcher

SCHEMA = {
    "x-guidance": {"whitespace_flexible": False},
    "type": "object",
    "properties": {
        "name": {"enum": ["walk", "run", "swim"]},
        "length": {"enum": [30, 45, 60]},
    },
    "required": ["name", "length"],
    "additionalProperties": False,
    "examples": [{"name": "walk", "length": 30}],
}


@pytest.fixture(scope="module")
def tables(tiny_phi3):
    return llguidance.hf.from_tokenizer(AutoTokenizer.from_pretrained(tiny_phi3))


def grammar(schema: dict) -> str:
    return LLMatcher.grammar_from_json_schema(json.dumps(schema))


def follow(tables, schema: dict, **instead: str) -> tuple[str, int]:
    """The text that guesses lead to, `instead` of what was guessed; how often nothing was."""
    matcher, draft = Matcher(tables, grammar(schema)), Draft(tables, grammar(schema))
    written, unknown = matcher.forced(), 0
    while not matcher.done:
        allowed = matcher.allowed()
        token = draft.guess(written, allowed)
        text = tables.decode_bytes(written).decode()
        for end, chosen in instead.items():
            if text.endswith(f'"{end}":"'):
                token = max(
                    token for token in allowed if chosen[0] == tables.decode_str([token])[0]
                )
        unknown += token is None
        matcher.take(int(allowed[0]) if token is None else token)
        written += [int(allowed[0]) if token is None else token]
        written += [] if matcher.done else matcher.forced()
    return tables.decode_bytes(written).decode(), unknown


def test_the_example_of_the_schema_is_guessed(tables) -> None:
    assert follow(tables, SCHEMA) == ('{"name":"walk","length":30}', 0)


def test_behind_a_wrong_guess_it_is_guessed_again(tables) -> None:
    text, unknown = follow(tables, SCHEMA, name="swim")
    assert text == '{"name":"swim","length":30}'
    assert unknown == 0


def test_nothing_is_guessed_of_free_text(tables) -> None:
    draft = Draft(tables, LLMatcher.grammar_from_lark("start: /[a-z]+/"))
    assert draft.guess([], np.arange(4)) is None
    assert draft.guess([], np.arange(1000)) is None


def test_what_is_allowed_alone_needs_no_guess(tables) -> None:
    assert Draft(tables, grammar({})).guess([], np.array([7])) == 7
