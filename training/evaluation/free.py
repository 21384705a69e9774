"""Decoding without a grammar, in batches: what a model writes when nothing holds it."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from rich.progress import track

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.prompt import render
from camara_qod.tools.screen import screen
from camara_qod.training.corpus.choices import choices

#: A decision has at most some 120 tokens.
MAX_NEW_TOKENS = 192


@torch.inference_mode()
def complete_freely(
    model: Any, tokenizer: Any, contexts: Sequence[Context], *, batch_size: int = 16
) -> list[str]:
    """The greedy continuation of each conversation's prompt, which names the choices.

    Args:
        model: a causal language model; its mode is put back afterwards.
        tokenizer: its tokenizer.
        contexts: the conversations.
        batch_size: how many are decoded together.

    Returns:
        One text for each conversation, in their order.
    """
    prompts = [render(tokenizer, context.messages, choices(context)) for context in contexts]
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    batches = [order[at : at + batch_size] for at in range(0, len(order), batch_size)]
    answers = [""] * len(prompts)
    training = model.training
    model.eval()
    for batch in track(batches, description="Writing freely", console=screen(stderr=True)):
        texts = _generate(model, tokenizer, [prompts[index] for index in batch])
        for index, text in zip(batch, texts, strict=True):
            answers[index] = text
    model.train(training)
    return answers


def _generate(model: Any, tokenizer: Any, prompts: list[str]) -> Iterator[str]:
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    inputs = tokenizer(
        prompts, add_special_tokens=False, padding=True, padding_side="left", return_tensors="pt"
    ).to(model.device)
    outputs = model.generate(
        **inputs,
        do_sample=False,
        max_new_tokens=MAX_NEW_TOKENS,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    for tokens in outputs[:, inputs["input_ids"].shape[1] :]:
        yield str(tokenizer.decode(tokens, skip_special_tokens=True)).strip()
