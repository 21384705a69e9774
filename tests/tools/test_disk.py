"""Files that cannot be written, by the libraries that write models."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models

from camara_qod.tools.disk import unwritten
from camara_qod.tools.errors import ModelError
from camara_qod.tools.interpreter.embedded import writable


@contextmanager
def little_room() -> Iterator[None]:
    """No file gets longer than a page: the system refuses as it does where a disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _archive(path: Path) -> None:
    torch.save(torch.zeros(10_000), path)


def _opened_archive(path: Path) -> None:
    with path.open("wb") as file:
        torch.save(torch.zeros(10_000), file)


def _weights(path: Path) -> None:
    save_file({"a": torch.zeros(10_000)}, path)


def _tokenizer(path: Path) -> None:
    words = {f"word{number}": number for number in range(2000)}
    Tokenizer(models.WordLevel(words, unk_token="word0")).save(str(path))


def _text(path: Path) -> None:
    path.write_text("x" * 10_000)


WRITERS = [_archive, _opened_archive, _weights, _tokenizer, _text]


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_that_was_cut_off_is_told_by_every_library(
    tmp_path: Path, write: Callable[[Path], Any]
) -> None:
    with (
        pytest.raises(ModelError, match=r"The cache folder .* cannot be written to .*CACHE_DIR"),
        writable(tmp_path),
        little_room(),
    ):
        write(tmp_path / "file")


@pytest.mark.parametrize(
    "error", [RuntimeError("shapes do not match"), ValueError("no number"), Exception("os error")]
)
def test_what_is_not_of_the_disk_stays_what_it_is(tmp_path: Path, error: Exception) -> None:
    assert unwritten(error) is None
    with pytest.raises(type(error)) as raised, writable(tmp_path):
        raise error
    assert raised.value is error
