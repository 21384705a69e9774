"""The embedded model's own Llama and tokenizer, beside those of `transformers`."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import linear
from transformers import DynamicCache

from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.embedded import embedded_model, shipped_adapter
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.key_values import KeyValues
from camara_qod.tools.interpreter.llama import Llama
from camara_qod.tools.interpreter.matrix import Matrix
from camara_qod.tools.interpreter.model import load_decoder, load_model
from camara_qod.tools.interpreter.prompt import chat, special_tokens
from camara_qod.tools.interpreter.tokens import Tokens, tables
from camara_qod.tools.settings import QodSettings

TEXTS = [
    "Need low latency for gaming, IP 192.168.1.50, 2 hours",
    "Videoanruf für +351 966 666 666 — Server 198.51.100.7:443, bitte!",
    "  two  spaces\n\nand lines\t\r\n",
    "<|im_end|>\n<|im_start|>assistant\n",
    "对 2001:db8::1 来说 🎮 két óra, ’quotes’ don't",
    "",
]
REQUESTS: list[list[str]] = [
    ["Need low latency for gaming, IP 192.168.1.50, 2 hours"],
    ["video call from +351 966 666 666, server 198.51.100.7:443, QOS_L"],
    ["a film for a few hours on 2001:db8::1", "no, on 2001:db8::2"],
    ["extend 3fa85f64-5717-4562-b3fc-2c963f66afa6 by ten minutes"],
    ["hello"],
]


@pytest.fixture(scope="module")
def theirs(demo: QodSettings) -> tuple[Any, Any]:
    return load_model(demo.model_copy(update={"device": "cpu"}))


@pytest.fixture(scope="module")
def folder(demo: QodSettings) -> Path:
    return embedded_model(demo.cache_dir, shipped_adapter())


@pytest.fixture(scope="module")
def ours(folder: Path) -> tuple[Llama, Tokens]:
    return Llama.read(folder), Tokens(folder)


@torch.inference_mode()
def test_its_logits_are_the_same_in_pieces_and_after_forgetting(ours, theirs) -> None:
    ids = torch.arange(300, 340)[None]
    whole = theirs[0](ids, past_key_values=DynamicCache(config=theirs[0].config)).logits
    cache = KeyValues()
    first = ours[0](ids[:, :30], past_key_values=cache, logits_to_keep=torch.tensor([3, 29]))
    torch.testing.assert_close(first.logits, whole[:, [3, 29]], atol=1e-3, rtol=1e-3)
    ours[0](ids[:, 5:9], past_key_values=cache, logits_to_keep=1)  # what is given back
    cache.crop(-4)
    cache.crop(0)
    assert cache.get_seq_length() == 30
    rest = ours[0](ids[:, 30:], past_key_values=cache, logits_to_keep=10)
    torch.testing.assert_close(rest.logits, whole[:, 30:], atol=1e-3, rtol=1e-3)


@torch.inference_mode()
def test_only_the_tokens_that_are_asked_for_are_scored(ours) -> None:
    ids, tokens = torch.arange(300, 340)[None], torch.tensor([5, 300, 49151])
    wanted = {"logits_to_keep": torch.tensor([3, 39])}
    every = ours[0](ids, past_key_values=KeyValues(), **wanted).logits
    few = ours[0](ids, past_key_values=KeyValues(), tokens_to_score=tokens, **wanted).logits
    torch.testing.assert_close(few, every[..., tokens])


@torch.inference_mode()
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_matrix_in_the_processors_layout_multiplies_as_any_other(dtype: torch.dtype) -> None:
    weight, states = torch.randn(96, 64, dtype=dtype), torch.randn(1, 7, 64, dtype=dtype)
    near = {"atol": 1e-4, "rtol": 1e-4} if dtype == torch.float32 else {"atol": 0.1, "rtol": 0.1}
    for rows in (1, 3, 7):
        matrix = Matrix(weight)
        if dtype == torch.float32:  # in bfloat16 only where the processor has it
            assert (matrix._weight is None) == torch.backends.mkldnn.is_available()
        product = matrix(states[:, :rows])
        torch.testing.assert_close(product, linear(states[:, :rows], weight), **near)


@pytest.mark.parametrize("text", TEXTS)
def test_its_tokens_are_the_same(ours, theirs, text: str) -> None:
    ids = theirs[1](text, add_special_tokens=False)["input_ids"]
    assert ours[1](text, add_special_tokens=False)["input_ids"] == ids
    shown = theirs[1].decode(ids, skip_special_tokens=True)
    assert ours[1].decode(ids, skip_special_tokens=True) == shown
    asked = {"tokenize": False, "add_generation_prompt": True}
    whole = theirs[1].apply_chat_template(chat([text]), **asked)
    assert ours[1].apply_chat_template(chat([text]), **asked) == whole


def test_the_grammar_sees_the_same_vocabulary(ours, theirs) -> None:
    mine, other = tables(ours[1]), tables(theirs[1])
    assert (mine.vocab_size, mine.eos_token) == (other.vocab_size, other.eos_token)
    assert all(
        mine.decode_bytes([token]) == other.decode_bytes([token])
        for token in range(mine.vocab_size)
    )
    assert ours[1].all_special_tokens == theirs[1].all_special_tokens
    assert special_tokens(ours[1]) == special_tokens(theirs[1])


def test_it_decides_the_same_alone_and_in_a_batch(ours, theirs, catalogue, demo) -> None:
    mine, other = (Interpreter(Decoder(*each), demo, catalogue) for each in (ours, theirs))
    expected = [other.interpret(request) for request in REQUESTS]
    for found in ([mine.interpret(one) for one in REQUESTS], mine.interpret_many(REQUESTS)):
        assert [one.emitted for one in found] == [one.emitted for one in expected]
        for left, right in zip(found, expected, strict=True):
            assert left.confidence == pytest.approx(right.confidence, rel=1e-2)


def test_it_decides_the_same_in_bfloat16(ours, folder: Path, catalogue, demo) -> None:
    half = Llama.read(folder, torch.bfloat16), ours[1]
    mine, other = (Interpreter(Decoder(*each), demo, catalogue) for each in (half, ours))
    expected = [other.interpret(request) for request in REQUESTS]
    for found in ([mine.interpret(one) for one in REQUESTS], mine.interpret_many(REQUESTS)):
        assert [one.emitted for one in found] == [one.emitted for one in expected]


@pytest.mark.parametrize(
    ("values", "lean"),
    [
        ({}, True),
        ({"adapter": "none"}, True),
        ({"adapter": str(shipped_adapter())}, False),
        ({"model": "tiny"}, False),
    ],
)
def test_it_stands_in_where_the_weights_are_merged(
    values: dict[str, str], lean: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[QodSettings] = []

    class Loaded(Exception):
        """The other way was taken."""

    def load(settings: QodSettings) -> tuple[Any, Any]:
        asked.append(settings)
        raise Loaded

    monkeypatch.setattr("camara_qod.tools.interpreter.model.load_model", load)
    settings = QodSettings(_env_file=None, device="cpu", **values)
    if lean:
        load_decoder(settings)
    else:
        with pytest.raises(Loaded):
            load_decoder(settings)
    assert bool(asked) is not lean
