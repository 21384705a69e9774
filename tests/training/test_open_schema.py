"""The schema of the API without grounding, which a comparison decodes under."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from camara_qod.training.evaluation.open_schema import OPEN_SCHEMA

RECORDS = Path(__file__).parents[2] / "data" / "sft.jsonl"


def test_every_curated_answer_stands_in_it() -> None:
    held = Draft202012Validator(OPEN_SCHEMA)
    lines = [json.loads(line)["response"] for line in RECORDS.read_text().splitlines()]
    answers = [json.loads(line) for line in lines]
    assert len(answers) >= 150
    for answer in answers:
        answer["arguments"].pop("kind", None)  # what an aside is, is no matter of the API's
    assert [answer for answer in answers if not held.is_valid(answer)] == []


@pytest.mark.parametrize(("kind", "bound"), [("array", "maxItems"), ("string", "pattern")])
def test_no_answer_is_without_end(kind: str, bound: str) -> None:
    found = [part for part in parts(OPEN_SCHEMA) if part.get("type") == kind]
    assert found
    assert all({bound, "enum", "const"} & set(part) for part in found)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from parts(item)
