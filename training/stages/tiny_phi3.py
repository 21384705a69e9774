"""A tiny Phi-3 with random weights: everything that the real one goes through, in a minute.

The real architecture, Phi-3's special tokens and a SentencePiece-style tokenizer, so that code for
Phi-3-mini can be tried where neither its weights nor a GPU are at hand. It knows nothing.
"""

import os
import shutil
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, trainers
from transformers import Phi3Config, Phi3ForCausalLM, PreTrainedTokenizerFast

from camara_qod.tools.interpreter.embedded import writable
from camara_qod.tools.interpreter.loading import quiet

#: The name that recipes and settings use for it.
TINY_PHI3 = "tiny-phi3"
#: What is built is kept under this name, which changes with what is built.
_FOLDER = f"{TINY_PHI3}-2"
SPECIAL = ["<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]
TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] "
    "+ '<|end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
CORPUS = [
    '{"operation":"createSession","arguments":{"device":{"ipv4Address":{"publicAddress":"192.168.1.5"',
    '"privateAddress":"10.0.0.1"},"phoneNumber":"+351966666666","ipv6Address":"2001:db8::1"},',
    '"applicationServer":null,"qosProfile":"QOS_E","duration":3600}} {"operation":"decline"}',
    "need low latency for gaming on my phone for two hours please, server ports 443",
    "a video call with the doctor and the sensors stream the film",
] * 20


def tiny_phi3(cache: Path) -> Path:
    """The model's folder, built at the first call; what was interrupted is built anew.

    Raises:
        ModelError: the cache folder cannot be written to.
    """
    folder = cache / _FOLDER
    if not (folder / "model.safetensors").is_file():
        with writable(cache):
            shutil.rmtree(folder, ignore_errors=True)
            build(folder.with_name(f"{_FOLDER}.{os.getpid()}")).rename(folder)
    return folder


def build(folder: Path) -> Path:
    """Write model and tokenizer into a folder, and return it."""
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = Phi3Config(
        vocab_size=len(tokenizer) + 53,  # Phi-3's embedding has more rows than its tokenizer too
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=4096,
        original_max_position_embeddings=4096,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.convert_tokens_to_ids("<|endoftext|>"),
        pad_token_id=tokenizer.convert_tokens_to_ids("<|endoftext|>"),
    )
    with quiet():
        Phi3ForCausalLM(config).save_pretrained(folder)
    return folder


def _tokenizer() -> PreTrainedTokenizerFast:
    core = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    core.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    core.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    byte_tokens = [f"<0x{value:02X}>" for value in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=["<unk>", "<s>", "</s>", *byte_tokens],
        initial_alphabet=[chr(code) for code in range(33, 127)],
        show_progress=False,
    )
    core.train_from_iterator(CORPUS, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<s>",
        eos_token="<|endoftext|>",
        unk_token="<unk>",
        pad_token="<|endoftext|>",
        additional_special_tokens=[
            AddedToken(text, rstrip=True, normalized=False, special=True) for text in SPECIAL
        ],
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer
