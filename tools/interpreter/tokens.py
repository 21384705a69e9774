"""The tokenizer of a folder without `transformers`: as much of one as a decision needs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment
from llguidance import LLTokenizer
from tokenizers import Tokenizer

_SPECIAL = ("bos_token", "eos_token", "unk_token", "pad_token")


class Tokens:
    """Called as a tokenizer of `transformers` is, which `save_pretrained` wrote into the folder.

    Args:
        folder: with `tokenizer.json`, `tokenizer_config.json` and `chat_template.jinja`.
    """

    def __init__(self, folder: Path) -> None:
        text = (folder / "tokenizer.json").read_text(encoding="utf-8")
        named = json.loads((folder / "tokenizer_config.json").read_bytes())
        self._tokenizer = Tokenizer.from_str(text)
        self.all_special_tokens = list(dict.fromkeys(named[name] for name in _SPECIAL))
        self.added_tokens_decoder = self._tokenizer.get_added_tokens_decoder()
        self.chat_template = (folder / "chat_template.jinja").read_text(encoding="utf-8")
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        self._template = environment.from_string(self.chat_template)
        end = self._tokenizer.token_to_id(named["eos_token"])
        #: llguidance's tables.
        self.tables = LLTokenizer(text, eos_token=end)

    def __call__(self, text: str, *, add_special_tokens: bool) -> dict[str, list[int]]:
        """The `input_ids` of a text."""
        encoded = self._tokenizer.encode(text, add_special_tokens=add_special_tokens)
        return {"input_ids": encoded.ids}

    def decode(self, tokens: Sequence[int], *, skip_special_tokens: bool) -> str:
        """The text of some ids."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=skip_special_tokens))

    def apply_chat_template(
        self, messages: Sequence[dict[str, str]], *, tokenize: bool, add_generation_prompt: bool
    ) -> str:
        """The text of a conversation; it is not tokenized here."""
        return self._template.render(messages=messages, add_generation_prompt=add_generation_prompt)


def tables(tokenizer: Any) -> Any:
    """The tables that llguidance has of a tokenizer, of ours or of `transformers`."""
    if isinstance(tokenizer, Tokens):
        return tokenizer.tables
    import llguidance.hf  # loads transformers

    return llguidance.hf.from_tokenizer(tokenizer)
