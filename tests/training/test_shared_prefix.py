"""Faster ways to compute the same numbers."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM
from trl.trainer.utils import add_fused_lm_head

from camara_qod.training.corpus.dataset import IGNORED
from camara_qod.training.stages.dpo import score_few
from camara_qod.training.stages.shared_prefix import forward

IDS = torch.tensor([[300, 301, 302, 303, 310, 311], [300, 301, 302, 304, 312, 0]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0]])
LABELS = torch.tensor([[IGNORED] * 3 + [303, 310, 311], [IGNORED] * 3 + [304, 312, IGNORED]])


@pytest.fixture
def model(tiny_phi3: Path):
    return AutoModelForCausalLM.from_pretrained(tiny_phi3, dtype=torch.float32)


def test_reading_a_common_beginning_once_changes_neither_logits_nor_gradient(model) -> None:
    columns = torch.tensor([2, 3, 4])
    found = []
    for share in (False, True):
        model.zero_grad()
        logits = forward(model, IDS, MASK, columns, share=share).logits
        logits[MASK[:, columns].bool()].square().sum().backward()
        found.append((logits.detach(), model.get_input_embeddings().weight.grad.clone()))
    torch.testing.assert_close(found[0], found[1], atol=1e-4, rtol=1e-4)
    assert found[0][0].shape == (2, 3, model.config.vocab_size)
    assert found[0][1][300].abs().sum() > 0


def test_a_forward_pass_that_returns_all_positions_is_narrowed(model, monkeypatch) -> None:
    columns = torch.tensor([2, 3, 4])
    expected = forward(model, IDS, MASK, columns, share=False).logits
    stock = model.forward
    # As Unsloth's, which takes a number alone.
    monkeypatch.setattr(model, "forward", lambda logits_to_keep, **rest: stock(**rest))
    for share in (False, True):
        found = forward(model, IDS, MASK, columns, share=share).logits
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_scoring_a_few_positions_gives_what_the_fused_head_gives(model) -> None:
    add_fused_lm_head(model, outputs=("log_probs", "entropy", "mean_logits", "is_top1"))
    inputs = {"input_ids": IDS, "attention_mask": MASK, "labels": LABELS}
    expected = model(**inputs, fused_lm_head=True)
    score_few(model, share=True)
    found = model(**inputs, fused_lm_head=True)
    for name in ("log_probs", "entropy", "mean_logits"):
        torch.testing.assert_close(found[name], expected[name], atol=1e-4, rtol=1e-4)
    assert torch.equal(found.is_top1.bool(), expected.is_top1.bool())
    assert torch.equal(found.label_mask, expected.label_mask)
    assert model(input_ids=IDS).logits.shape[:2] == IDS.shape
