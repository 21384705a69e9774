"""Known texts walked through the grammar, for training on exactly what decoding emits."""

import json
from dataclasses import dataclass
from typing import Any

from llguidance import LLMatcher

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.grammar import Matcher


@dataclass(frozen=True)
class Replay:
    """A text as the decoder would have emitted it: its tokens, and which of them were free."""

    token_ids: list[int]
    free: list[bool]


class Replayer:
    """Walks known texts through the grammar, for training on exactly what decoding emits."""

    def __init__(self, tokenizer: Any) -> None:
        import llguidance.hf

        self._tokenizer = tokenizer
        self._tables = llguidance.hf.from_tokenizer(tokenizer)

    def replay(self, text: str, schema: dict[str, Any]) -> Replay:
        """The tokens by which the decoder would emit `text`.

        Raises:
            DecodingError: the schema does not allow the text.
        """
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema))
        matcher = Matcher(self._tables, grammar)
        tokens = matcher.forced()
        free = [False] * len(tokens)
        while not matcher.done:
            token = self._next(text, tokens, set(matcher.allowed().tolist()))
            matcher.take(token)
            forced = [] if matcher.done else matcher.forced()
            tokens += [token, *forced]
            free += [True] + [False] * len(forced)
        if (emitted := self._tokenizer.decode(tokens, skip_special_tokens=True)) != text:
            raise DecodingError(f"The grammar leads to {emitted} instead of {text}.")
        return Replay(tokens, free)

    def _next(self, text: str, tokens: list[int], allowed: set[int]) -> int:
        done = self._tokenizer.decode(tokens, skip_special_tokens=True)
        if not text.startswith(done):
            raise DecodingError(f"The grammar leads to {done}, which does not begin {text}.")
        rest = self._tokenizer(text[len(done) :], add_special_tokens=False)["input_ids"]
        if not rest and self._tokenizer.eos_token_id in allowed:
            return int(self._tokenizer.eos_token_id)
        # SentencePiece-style tokenizers put a space before the first word of what they are given.
        if rest and rest[0] in allowed and self._reaches([*tokens, rest[0]], text, done):
            return int(rest[0])
        return self._longest(text, done, tokens, allowed)

    def _reaches(self, tokens: list[int], text: str, done: str) -> bool:
        """Whether tokens are the beginning of a text, and more of it than was done."""
        reach = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return text.startswith(reach) and len(reach) > len(done)

    def _longest(self, text: str, done: str, tokens: list[int], allowed: set[int]) -> int:
        """The longest allowed token that goes on with the text."""
        fitting = [token for token in allowed if self._reaches([*tokens, token], text, done)]
        if not fitting:
            raise DecodingError(f"The grammar does not allow {text[len(done) :]!r} after {done}.")
        return max(fitting, key=lambda token: len(self._tokenizer.decode([*tokens, token])))
