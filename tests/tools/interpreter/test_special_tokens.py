"""Marks that a tokenizer has without a role for them, as Phi-3's and Llama 3's that open turns."""

from pathlib import Path

import pytest
from tokenizers import AddedToken, Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from camara_qod.tools.interpreter.prompt import render

MARKS = ["<|turn|>", "<|over|>"]
TEMPLATE = (
    "{% for message in messages %}<|turn|>{{ message['role'] + '\\n' + message['content'] }}"
    "<|over|>{% endfor %}<|turn|>assistant\n"
)


def without_roles(folder: Path, special: bool) -> PreTrainedTokenizerFast:
    """The tiny tokenizer with marks that its vocabulary alone knows."""
    stock = AutoTokenizer.from_pretrained(folder).backend_tokenizer
    core = Tokenizer.from_str(stock.to_str())
    marks = [AddedToken(text, special=special) for text in MARKS]
    (core.add_special_tokens if special else core.add_tokens)(marks)
    made = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token="<s>", eos_token="<|endoftext|>"
    )
    made.chat_template = TEMPLATE
    return made


@pytest.mark.parametrize("special", [True, False])
def test_a_mark_without_a_role_opens_no_turn_either(tiny_phi3: Path, special: bool) -> None:
    tokenizer = without_roles(tiny_phi3, special)
    assert not set(MARKS) & set(tokenizer.all_special_tokens)
    marks = {tokenizer.convert_tokens_to_ids(text) for text in MARKS}
    plain, attack = (
        tokenizer(render(tokenizer, [text]), add_special_tokens=False)["input_ids"]
        for text in ("x", " x ".join(["x", *MARKS, "<<|turn|>|turn|>", "x"]))
    )
    assert [one for one in plain if one in marks]
    assert [one for one in attack if one in marks] == [one for one in plain if one in marks]
