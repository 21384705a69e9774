"""Preference pairs: near misses, since pairs that differ everywhere teach nothing."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from datasets import Dataset
from jsonschema import Draft202012Validator

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.offering.choice import Choice
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.operations import DELETE, EXTEND, GET
from camara_qod.tools.interpreter.prompt import TURN, labelled, render
from camara_qod.tools.interpreter.prompt_cache import common_length
from camara_qod.tools.interpreter.replay import Replayer
from camara_qod.training.corpus.choices import choices
from camara_qod.training.corpus.dataset import Record, demo_context
from camara_qod.training.corpus.lines import read_jsonl


@dataclass(frozen=True)
class Pair:
    """Two answers to a conversation, the first of which is right.

    `free` ones are in CAMARA's form and answer the prompt that names the choices; the others are in
    labels, as the grammar has them.
    """

    context: Context
    chosen: str
    rejected: str
    kind: str
    free: bool


def curated_pairs() -> list[Pair]:
    """The hand-written near misses, `prompt`/`chosen`/`rejected`, in CAMARA's form."""
    path = Path(str(files("camara_qod.data"))) / "preferences.jsonl"
    return [
        Pair(
            demo_context(item["prompt"].split(TURN)),
            item["chosen"],
            item["rejected"],
            item["kind"],
            free=True,
        )
        for item in read_jsonl(path, "prompt", "chosen", "rejected", "kind")
    ]


def near_misses(records: Iterable[Record], seed: int) -> Iterator[Pair]:
    """One pair for each record that can be made wrong in one place, under its own grammar."""
    rng = random.Random(seed)  # noqa: S311  (data, not secrets)
    for record in records:
        offer = Offer(record.context)
        held = Draft202012Validator(offer.schema)
        spoiled = [(kind, spoil(rng, record.answer, offer)) for kind, spoil in _SPOILERS.items()]
        # A value may have been moved to where this conversation's grammar has no place for it.
        options = [
            (kind, wrong)
            for kind, wrong in spoiled
            if wrong is not None and held.is_valid(json.loads(write(wrong)))
        ]
        if options:
            kind, wrong = rng.choice(options)
            yield Pair(record.context, write(record.answer), write(wrong), kind, free=False)


def _offered(answer: Decision, offer: Offer) -> Mapping[str, Sequence[Choice]]:
    return {} if answer.operation == DECLINE else offer.choices(answer.operation)


def _changed(answer: Decision, **arguments: str | None) -> Decision:
    return Decision(answer.operation, {**answer.arguments, **arguments})


def _roles_swapped(_: random.Random, answer: Decision, offer: Offer) -> Decision | None:
    """The device for the server, and the reverse."""
    device, server = answer.arguments.get("device"), answer.arguments.get("applicationServer")
    offered = _offered(answer, offer)
    if device is None or server is None:
        return None
    if not (_has(offered["device"], server) and _has(offered["applicationServer"], device)):
        return None
    return _changed(answer, device=server, applicationServer=device)


def _has(some: Sequence[Choice], text: str) -> bool:
    return any(item.text == text and item.usable for item in some)


def _another_value(rng: random.Random, answer: Decision, offer: Offer) -> Decision | None:
    """A value of the same kind: one that was taken back, or another need."""
    offered = _offered(answer, offer)
    others = {
        name: [item.text for item in some if item.text != answer.arguments[name]]
        for name, some in offered.items()
        if answer.arguments.get(name) is not None and name != "device"
    }
    names = [name for name, some in others.items() if some]
    if not names:
        return None
    name = rng.choice(names)
    return _changed(answer, **{name: rng.choice(others[name])})


def _dropped(_: random.Random, answer: Decision, __: Offer) -> Decision | None:
    """Something that was said is left out: asking, or the default, instead of it."""
    given = [name for name, value in answer.arguments.items() if value is not None]
    return _changed(answer, **{given[-1]: None}) if given else None


def _acting(rng: random.Random, answer: Decision, offer: Offer) -> Decision | None:
    """A value where none was said, so that it acts instead of asking."""
    offered = _offered(answer, offer)
    empty = [
        name
        for name in ("qosProfile", "sessionId", "device")
        if answer.arguments.get(name, "") is None and offered.get(name)
    ]
    if not empty:
        return None
    return _changed(answer, **{empty[0]: rng.choice(offered[empty[0]]).text})


def _another_act(rng: random.Random, answer: Decision, _: Offer) -> Decision | None:
    """Ending a session that was to be looked at, and the reverse."""
    others: Mapping[str, str] = {GET: DELETE, DELETE: GET, EXTEND: DELETE}
    if answer.operation not in others:
        return None
    said = {name: label for name, label in answer.arguments.items() if name == "sessionId"}
    return Decision(others[answer.operation], said)


_SPOILERS = {
    "roles_swapped": _roles_swapped,
    "another_value": _another_value,
    "dropped_value": _dropped,
    "acts_instead_of_asking": _acting,
    "another_act": _another_act,
}


def tokenized_pairs(pairs: Iterable[Pair], tokenizer: Any) -> Dataset:
    """Token ids in the form of TRL's preference collator.

    Answers in labels have the tokens of their grammar, since that is how decoding would emit them.
    What both begin with counts as prompt: its probabilities cancel in the loss.

    Raises:
        DecodingError: an answer in labels is not what its grammar can emit.
    """
    replayer = Replayer(tokenizer)
    rows = []
    for pair in pairs:
        prompt, chosen, rejected = _tokens(pair, tokenizer, replayer)
        same = common_length(chosen, rejected)
        rows.append(
            {
                "prompt_ids": prompt + chosen[:same],
                "chosen_ids": chosen[same:],
                "rejected_ids": rejected[same:],
            }
        )
    return Dataset.from_list(rows)


def _tokens(
    pair: Pair, tokenizer: Any, replayer: Replayer
) -> tuple[list[int], list[int], list[int]]:
    eos = [tokenizer.eos_token_id]
    if pair.free:
        text = render(tokenizer, pair.context.messages, choices(pair.context))
        answers = [
            tokenizer(answer, add_special_tokens=False)["input_ids"]
            for answer in (pair.chosen, pair.rejected)
        ]
    else:
        offer = Offer(pair.context)
        text = render(tokenizer, labelled(pair.context, offer.labels))
        answers = [
            replayer.replay(answer, offer.schema).token_ids
            for answer in (pair.chosen, pair.rejected)
        ]
    prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
    return prompt, answers[0] + eos, answers[1] + eos


def to_record(pair: Pair) -> dict[str, Any]:
    """A pair as a line of a file: its turns, its answers and its kind."""
    return {
        "messages": list(pair.context.messages),
        "chosen": pair.chosen,
        "rejected": pair.rejected,
        "kind": pair.kind,
        "free": pair.free,
        "tag": pair.kind,
    }


def from_record(item: dict[str, Any]) -> Pair:
    """A pair out of its line."""
    context = demo_context(item["messages"])
    return Pair(context, item["chosen"], item["rejected"], item["kind"], bool(item["free"]))
