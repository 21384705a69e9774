"""Guesses of what comes next, so that one pass of the model checks many choices.

Speculative decoding (Leviathan et al. 2023, "Fast Inference from Transformers via Speculative
Decoding") without a second model: what is guessed comes out of the schema itself, whose examples
are the likeliest answers. A wrong guess costs the reading of it and changes no choice.
"""

import json
from typing import Any

from numpy.typing import NDArray

#: More tokens than this are allowed where text is free, and nothing in a schema tells it.
_MOST = 256


class Draft:
    """Guesses the next token of an answer under a schema.

    Args:
        tokenizer: llguidance's tables of the model's tokenizer.
        grammar: of llguidance, which carries the JSON Schema that it was made from.
    """

    def __init__(self, tokenizer: Any, grammar: str) -> None:
        self._tokenizer = tokenizer
        self._likely = "\n".join(map(_text, _examples(grammar))).encode()

    def guess(self, written: list[int], allowed: NDArray[Any]) -> int | None:
        """The token that goes on with the likeliest answer, if one does.

        Args:
            written: ids of the answer's tokens so far.
            allowed: ids of the tokens that may come next.
        """
        if len(allowed) == 1:
            return int(allowed[0])
        if len(allowed) > _MOST:
            return None
        rest = self._after(self._tokenizer.decode_bytes(written))
        texts = {int(token): self._tokenizer.decode_bytes([int(token)]) for token in allowed}
        fitting = [token for token, text in texts.items() if text and rest.startswith(text)]
        return max(fitting, key=lambda token: len(texts[token]), default=None)

    def _after(self, written: bytes) -> bytes:
        """What the likely answers go on with behind the longest end that they share with `written`.

        An end that occurs makes all shorter ones occur, so its length is found by bisection.
        """
        low, high = 0, len(written)
        while low < high:
            middle = (low + high + 1) // 2
            if written[-middle:] in self._likely:
                low = middle
            else:
                high = middle - 1
        return self._likely[self._likely.find(written[-low:]) + low :] if low else self._likely


def _examples(grammar: str) -> list[Any]:
    """The answers that the schema inside names; none where there is no schema."""
    if not grammar.startswith("{"):
        return []
    parts: list[dict[str, Any]] = json.loads(grammar).get("grammars") or [{}]
    schema = parts[0].get("json_schema") or {}
    return list(schema.get("examples", []))


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
