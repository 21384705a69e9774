"""Other ways to read and to write than what ships, for the ablation in `answers.py`.

What a conversation offers, the grammar, completion and evaluation stay those of production.
"""

import json
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace

from rich.progress import track

from camara_qod.tools.interpreter import deciding, prompt
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.deciding import Decoder
from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.offering import offer, schema
from camara_qod.tools.interpreter.offering.choice import JOINT
from camara_qod.tools.interpreter.offering.labels import Labels, kind_name
from camara_qod.tools.interpreter.offering.notation import NOTHING, read, write
from camara_qod.tools.interpreter.reading.mention import Mention
from camara_qod.training.corpus import dataset
from camara_qod.training.corpus.dataset import Record


def reads(labelled: Callable[[Context, Labels], list[str]]) -> None:
    """Let the model read turns in another way, in training and in deciding."""
    deciding.labelled = dataset.labelled = labelled


def copying() -> None:
    """Let the model read words and write values."""
    offer.Labels = Copied
    schema._one_of = lambda some: f"({'|'.join(re.escape(text or NOTHING) for text in some)})"
    # The grammar writes letters of all scripts as they are.
    dataset.write = lambda answer: json.dumps(json.loads(write(answer)), ensure_ascii=False)
    reads(plain)


class Copied(Labels):
    """Labels that are the values' own words, with `_` for a blank."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        for key, one in self._by_key.items():
            words = one.value.uuid if one.known else context.words(one.value)
            self._by_key[key] = replace(one, label=re.sub(r"\s", "_", words))


def plain(context: Context, labels: Labels) -> list[str]:
    """The turns as they were written, behind the ids of known sessions."""
    known = [one.label for one in labels if one.known]
    if not known:
        return list(context.messages)
    now = f"; now {context.sessions.current}" if context.sessions.current else ""
    first, *others = context.messages
    return [f"Sessions: {' '.join(known)}{now}\n{first}", *others]


class Memory:
    """What was decided for the turns of conversations, and how a newer turn is read with it.

    Args:
        known: conversations with their labels.
    """

    def __init__(self, known: Iterable[Record]) -> None:
        self._answers = {_key(record.context): record.answer for record in known}

    def covers(self, context: Context) -> bool:
        """Whether all turns before the newest have an answer."""
        return all(_key(part) in self._answers for part in _parts(context))

    def ask(self, decoder: Decoder, contexts: Iterable[Context]) -> None:
        """Keep what the model answers to the turns before the newest, one after the other."""
        for context in track(list(contexts), "Asking the turns before"):
            for part in _parts(context):
                self._answers[_key(part)] = read(deciding.decide(decoder, part).text)

    def newest(self, context: Context, labels: Labels) -> list[str]:
        """One turn: known sessions, what was decided before, and the newest turn with labels."""
        *earlier, last = context.messages
        if not earlier:
            return prompt.labelled(context, labels)
        here = tuple(item for item in context.mentions if item.turn == len(earlier))
        alone = replace(context, messages=(*[""] * len(earlier), last), mentions=here)
        sessions, *_, turn = prompt.labelled(alone, labels)
        return [f"{sessions}{self._before(context, labels)}\n{turn}"]

    def _before(self, context: Context, labels: Labels) -> str:
        decided = self._decided(context)
        used = {part for answer in decided for part in _labels_in(answer)}
        last = len(context.messages) - 1
        named = {labels.of(item): item for item in context.mentions if item.turn < last}
        marks = [
            prompt._mark(item, context.messages[item.turn], labels)
            if label in used
            else f"[{label}:{_kind(item)}]"
            for label, item in named.items()
        ]
        lines = "; ".join(json.loads(write(answer)) for answer in decided)
        return " ".join([f"Before: {lines};", *marks])

    def _decided(self, context: Context) -> list[Decision]:
        """The last call, and what came of the turns since."""
        found: list[Decision] = []
        for part in reversed(_parts(context)):
            found.insert(0, self._answers[_key(part)])
            if found[0].operation != DECLINE:
                break
        return found


def _key(context: Context) -> Hashable:
    return context.messages, context.sessions.ids, context.sessions.current


def _parts(context: Context) -> list[Context]:
    """A conversation as it was at each turn before the newest; its labels are the same there."""
    return [
        replace(
            context,
            messages=context.messages[:end],
            mentions=tuple(item for item in context.mentions if item.turn < end),
        )
        for end in range(1, len(context.messages))
    ]


def _labels_in(answer: Decision) -> list[str]:
    return [part for value in answer.arguments.values() if value for part in value.split(JOINT)]


def _kind(item: Mention) -> str:
    shown = isinstance(item, prompt._SHOWN)
    return type(item).__name__.lower() if shown else kind_name(item)
