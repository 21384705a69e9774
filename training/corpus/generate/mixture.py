"""Which kinds of requests the training set is made of."""

import random

from camara_qod.tools.interpreter.decision import DECLINE
from camara_qod.tools.interpreter.offering.notation import KIND
from camara_qod.training.corpus.generate import identifiers as ids
from camara_qod.training.corpus.generate.conversations import conversation
from camara_qod.training.corpus.generate.example import Example, with_typo
from camara_qod.training.corpus.generate.operations import other_operation
from camara_qod.training.corpus.generate.requests import create_session
from camara_qod.training.corpus.generate.uses import Uses

_INJECTED_SHARE = 0.05
_DECLINE_SHARE = 0.05
_OTHER_SHARE = 0.09
_CONVERSATION_SHARE = 0.53
#: Part of the refusals that end a conversation which began with a request: "thanks", "never mind".
_AFTER_REQUEST_SHARE = 0.1
#: Part of the refusals that name an address, a number or a time, as requests do.
_ABOUT_SHARE = 0.3
_OPENINGS = [*[""] * 8, "Hi, ", "hello, ", "hey ", "please ", "ok, ", "one question: ", "btw "]
_ENDINGS = [*[""] * 8, "!", " please", "?", " thanks", "...", " now", "."]


def example(rng: random.Random, uses: Uses) -> Example:
    """One random example."""
    made = _plain(rng, uses)
    return _injected(rng, made, uses) if rng.random() < _INJECTED_SHARE else made


def _injected(rng: random.Random, made: Example, uses: Uses) -> Example:
    """With an instruction in the text that changes nothing, since text is data."""
    at = rng.randrange(len(made.messages))
    parts = [made.messages[at], rng.choice(uses.injections)]
    if rng.random() < 0.25:
        parts.reverse()
    messages = list(made.messages)
    messages[at] = rng.choice(["\n", " ", " ", ". "]).join(parts)
    return Example(messages, made.operation, made.chosen, "injection")


def _plain(rng: random.Random, uses: Uses) -> Example:
    kind = rng.random()
    if kind < _DECLINE_SHARE:
        return _decline(rng, uses)
    if kind < _DECLINE_SHARE + _OTHER_SHARE:
        return other_operation(rng, uses)
    if kind < _DECLINE_SHARE + _OTHER_SHARE + _CONVERSATION_SHARE:
        return conversation(rng, uses)
    return create_session(rng, uses)


def _decline(rng: random.Random, uses: Uses) -> Example:
    if rng.random() < _ABOUT_SHARE:
        values = {"phone": ids.phone(rng).text, "ip": ids.ipv4(rng), "uuid": ids.uuid(rng)}
        item = rng.choice(uses.decline_about)
        text = item["text"].format(**values, length=ids.duration(rng).text)
    else:
        item = rng.choice(uses.decline)
        text = with_typo(rng, item["text"], 0.15)
    kind = {KIND: item[KIND]}
    text = rng.choice(_OPENINGS) + text + rng.choice(_ENDINGS)
    if rng.random() < _AFTER_REQUEST_SHARE:
        return Example([*create_session(rng, uses).messages, text], DECLINE, kind, DECLINE)
    return Example([text], DECLINE, kind, DECLINE)
