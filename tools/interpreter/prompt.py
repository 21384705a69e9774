"""The prompt: one for training and serving, on any model with a chat template."""

from collections.abc import Sequence
from typing import Any

from camara_qod.tools.catalogue import NEED_MEANINGS
from camara_qod.tools.errors import RequestTooLong
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.offering.labels import Labels, kind_name
from camara_qod.tools.interpreter.reading.mention import (
    Length,
    Mention,
    Moment,
    Number,
    Ports,
    ProfileName,
)

#: Short, because the adapter knows the rest: the needs, of which the first word is written, and the
#: marks.
SYSTEM = f"Quality-on-Demand call. {'; '.join(NEED_MEANINGS.values())}; - not said; ? unread."


#: What stands between the turns of a user.
TURN = "\n\nUser: "


#: What stands before the choices, where no grammar holds the model to them.
CHOICES = "\n\nChoices:\n"

#: Mentions whose words tell the model something; of the others it only sees the kind.
_SHOWN = (Length, Moment, Number, Ports, ProfileName)
_BRACKETS = str.maketrans("[]", "()")


def labelled(context: Context, labels: Labels) -> list[str]:
    """The turns as the model reads them: a label and a kind in the place of each identifier.

    No address, number or id of a person's is in it. Brackets are the labels' own: those of the
    text become round ones.
    """
    turns = [_labelled(text, turn, context, labels) for turn, text in enumerate(context.messages)]
    known = [one for one in labels if one.known]
    if not known or not turns:
        return turns
    current = [
        f"; now [{one.label}]" for one in known if one.value.uuid == context.sessions.current
    ]
    listed = "".join(f" [{one.label}:id]" for one in known)
    return [f"Sessions:{listed}{''.join(current)}\n{turns[0]}", *turns[1:]]


def _labelled(text: str, turn: int, context: Context, labels: Labels) -> str:
    parts, at = [], 0
    for item in sorted(context.mentions, key=lambda item: item.start):
        if item.turn == turn:
            parts += [text[at : item.start].translate(_BRACKETS), _mark(item, text, labels)]
            at = item.end
    return "".join([*parts, text[at:].translate(_BRACKETS)])


def _mark(item: Mention, text: str, labels: Labels) -> str:
    label = labels.of(item)
    if isinstance(item, _SHOWN):
        return f"{text[item.start : item.end].translate(_BRACKETS)} [{label}]"
    return f"[{label}:{kind_name(item)}]"


def render(tokenizer: Any, messages: Sequence[str], choices: Sequence[str] = ()) -> str:
    """The text that the model continues with a decision.

    Args:
        tokenizer: a Hugging Face tokenizer; without a chat template the parts are just joined.
        messages: the user's turns, oldest first. They are data: markers of the chat template in
            them are broken up, so that no user can open a turn of another role.
        choices: values that may be chosen, a line each, for decoding without a grammar.
    """
    told = with_choices(messages, choices)
    special = special_tokens(tokenizer)
    turns = [_harmless(message, special) for message in told]
    if tokenizer.chat_template is None:
        return f"{SYSTEM}\n\nUser: {TURN.join(turns)}\n\nCall: "
    text = tokenizer.apply_chat_template(chat(turns), tokenize=False, add_generation_prompt=True)
    return str(text)


def special_tokens(tokenizer: Any) -> list[str]:
    """Every text that the tokenizer takes for a mark of its own, the longest first.

    `all_special_tokens` has those that have a role, such as the end of a text. Those that open and
    close turns often have none (Phi-3, Llama 3): they are marked as special in the vocabulary
    alone, or are known by their place in the chat template.
    """
    template = str(tokenizer.chat_template or "")
    added = {str(token): token.special for token in tokenizer.added_tokens_decoder.values()}
    marks = {
        text for text, special in added.items() if special or (text.strip() and text in template)
    }
    found = {*tokenizer.all_special_tokens, *marks}
    return sorted(found, key=lambda text: (-len(text), text))


def with_choices(messages: Sequence[str], choices: Sequence[str]) -> list[str]:
    """The turns, the newest of which names the choices, if there are any."""
    listed = CHOICES + "\n".join(choices) if choices else ""
    return [*messages[:-1], *(message + listed for message in messages[-1:])]


def chat(turns: Sequence[str]) -> list[dict[str, str]]:
    """The same as messages of a chat, for a server that has the template."""
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": TURN.join(turns)},
    ]


def _harmless(text: str, special_tokens: Sequence[str]) -> str:
    """Put a space behind the first character of each special token, until none is left."""
    for token in special_tokens:
        while len(token) > 1 and token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def check_length(tokens: int, limit: int) -> None:
    """Whether the model can read so many tokens.

    Raises:
        RequestTooLong: it cannot.
    """
    if tokens > limit:
        raise RequestTooLong(
            f"The conversation takes {tokens} tokens and the model reads at most {limit}: "
            "shorten it, start a new one, or raise QOD_MAX_PROMPT_TOKENS."
        )
