"""Which numbers the embedded model computes with."""

import pytest
import torch

from camara_qod.tools.errors import ModelError
from camara_qod.tools.interpreter import precision


@pytest.mark.parametrize(
    ("asked", "fast", "expected"),
    [
        ("auto", True, torch.bfloat16),
        ("auto", False, torch.float32),
        ("float32", True, torch.float32),
        ("float32", False, torch.float32),
        ("bfloat16", True, torch.bfloat16),
    ],
)
def test_what_is_taken(
    asked: str, fast: bool, expected: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "cpu_has_bf16", lambda: fast)
    assert precision.dtype_of(asked) is expected


def test_a_processor_that_only_emulates_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "cpu_has_bf16", lambda: False)
    with pytest.raises(ModelError, match="set it to `auto` or `float32`"):
        precision.dtype_of("bfloat16")


@pytest.mark.parametrize(
    ("capabilities", "fast"),
    [({"avx2": True}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": True}, True)],
)
def test_the_processor_is_looked_at(
    capabilities: dict[str, bool], fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A GPU beside it tells nothing about it.
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert precision.cpu_has_bf16() is fast
