"""A folder's list of files: changes are seen, copies are not taken for changes."""

import os
import shutil
from pathlib import Path

import pytest

from camara_qod.tools.interpreter.manifest import changed, write_manifest

from .damage import Damaging, cut, gone, holds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    (made / "a.txt").write_text("alpha")
    (made / "b.txt").write_text("beta")
    write_manifest(made)
    return made


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (gone("a.txt"), "a.txt is missing"),
        (gone("manifest.json"), "manifest.json is missing"),
        (holds("manifest.json", "{"), "manifest.json cannot be read"),
        (holds("manifest.json", "[]"), "manifest.json cannot be read"),
        (holds("manifest.json", "{}"), "manifest.json names no file"),
        (holds("manifest.json", '{"a.txt": {}}'), "manifest.json cannot be read"),
        (cut("b.txt"), "b.txt has changed"),
        (holds("b.txt", ""), "b.txt has changed"),
        (holds("b.txt", "BETA"), "b.txt has changed"),
    ],
    ids=range(9),
)
def test_what_has_changed(folder: Path, damage: Damaging, words: str) -> None:
    assert changed(folder) == ""
    damage(folder)
    assert changed(folder) == words


def test_a_copy_is_the_same_and_is_read_once(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copyfile))
    os.utime(copy / "a.txt", (1, 1))
    noted = (copy / "manifest.json").read_text()
    assert changed(copy) == ""
    assert (copy / "manifest.json").read_text() != noted
    assert changed(copy) == ""
