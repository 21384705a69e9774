"""Random requests about sessions and profiles that exist."""

import random
from typing import Any

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter import operations as ops
from camara_qod.training.corpus.generate import identifiers as ids
from camara_qod.training.corpus.generate.example import Example, with_typo
from camara_qod.training.corpus.generate.requests import create_session
from camara_qod.training.corpus.generate.uses import Uses

_SHARES = {
    ops.GET: 20,
    ops.DELETE: 22,
    ops.EXTEND: 26,
    ops.LIST: 18,
    ops.LIST_PROFILES: 8,
    ops.GET_PROFILE: 8,
}
_ANSWERS = ["{}", "{}", "it is {}", "sorry, {}", "here: {}", "that would be {}", "{} please"]
_SMALL_TALK = ["hi", "hello there", "good morning", "thanks for earlier", "ok", "great, it works"]
_BY_USE = [
    "details of the profile for {}",
    "what does the profile for {} guarantee?",
    "which limits has the profile meant for {}?",
    "tell me more about the quality level for {}",
]


def other_operation(rng: random.Random, uses: Uses) -> Example:
    """One random request for an operation other than `createSession`."""
    names, weights = zip(*_SHARES.items(), strict=True)
    name = rng.choices(names, weights)[0]
    if name == ops.GET_PROFILE and rng.random() < 0.1:
        need = rng.choice(list(Need))
        text = rng.choice(_BY_USE).format(rng.choice(uses.nouns[need]))
        return Example([text], name, {"name": need.value}, "operations")
    template = with_typo(rng, rng.choice(uses.operations[name]), 0.06)
    values = _values(rng)
    said = {slot: value for slot, value in values.items() if f"{{{slot}}}" in template}
    messages = [template.format(**{slot: value.text for slot, value in values.items()})]
    missing = [slot for slot in _SLOTS[name] if slot not in said]
    if missing and rng.random() < 0.35:
        slot = rng.choice(missing)
        said[slot] = values[slot]
        messages.append(rng.choice(_ANSWERS).format(values[slot].text))
    elif rng.random() < 0.22:
        messages = [*_before(rng, uses), *messages]
    chosen = {_SLOTS[name][slot]: value.value for slot, value in said.items()}
    return Example(messages, name, chosen, "operations")


#: For each operation, the placeholders of its templates and the arguments they stand for.
_SLOTS: dict[str, dict[str, str]] = {
    ops.GET: {"id": "sessionId"},
    ops.DELETE: {"id": "sessionId"},
    ops.EXTEND: {"id": "sessionId", "extra": "requestedAdditionalDuration"},
    ops.LIST: {"device": "device"},
    ops.LIST_PROFILES: {},
    ops.GET_PROFILE: {"name": "name"},
}


def _values(rng: random.Random) -> dict[str, ids.Written]:
    uuid = ids.uuid(rng)
    text, device, _ = ids.device(rng)
    name = rng.choice(list(Need)).value
    return {
        "id": ids.Written(uuid.upper() if rng.random() < 0.15 else uuid, uuid),
        "extra": ids.duration(rng),
        "device": ids.Written(text, device),
        "name": ids.Written(name, name),
    }


def _before(rng: random.Random, uses: Uses) -> list[str]:
    """What was said before and is settled: the new request is what counts."""
    if rng.random() < 0.3:
        return [rng.choice(_SMALL_TALK)]
    earlier: dict[str, Any] = {}
    while "device" not in earlier:  # a request that lacked its device would still be open
        example = create_session(rng, uses)
        earlier = example.chosen
    return example.messages
