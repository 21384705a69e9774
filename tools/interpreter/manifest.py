"""A list of a folder's files, by which it is seen later whether they are still the same."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

_NAME = "manifest.json"


def write_manifest(folder: Path) -> None:
    """Note each file of a folder: its length, its time of change and its SHA-256."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name != _NAME]
    (folder / _NAME).write_text(json.dumps({path.name: _noted(path) for path in files}, indent=1))


def changed(folder: Path) -> str:
    """What is not as it was noted, or nothing.

    A file whose length and time of change are as noted is not read; one with another time (a copy,
    for instance) is, so that its content decides.
    """
    try:
        noted: dict[str, dict[str, Any]] = json.loads((folder / _NAME).read_bytes())
        wrong = [name for name, note in noted.items() if not _is_same(folder / name, note)]
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"{_NAME} cannot be read"
    if not noted:
        return f"{_NAME} names no file"
    if wrong:
        return f"{wrong[0]} has changed"
    if any(_stamp(folder / name) != note["changed"] for name, note in noted.items()):
        with suppress(OSError):  # of a folder that is only to be read
            write_manifest(folder)
    return ""


def _noted(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "changed": _stamp(path), "sha256": _digest(path)}


def _is_same(path: Path, note: dict[str, Any]) -> bool:
    if path.stat().st_size != note["size"]:
        return False
    return note["changed"] == _stamp(path) or bool(note["sha256"] == _digest(path))


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
