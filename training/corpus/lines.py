"""JSON and JSON Lines: read with errors that name the file and the line, and written."""

import json
from collections import Counter
from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from camara_qod.tools.errors import TrainingError


def read_text(path: Path | Traversable) -> str:
    """The text of a file.

    Raises:
        TrainingError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise TrainingError(f"{path} cannot be read ({why}): check the path.") from error


def read_json(path: Path | Traversable) -> Any:
    """The value of a JSON file.

    Raises:
        TrainingError: it cannot be read, or is not JSON; the message names the file.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise TrainingError(f"{path} is not JSON ({error}): mend it, or get it anew.") from error


def read_jsonl(path: Path | Traversable, *keys: str) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file.

    Args:
        path: the file.
        keys: what each object has to have.

    Raises:
        TrainingError: the file cannot be read, or a line is not JSON, or lacks a key; the message
            names the line.
    """
    # Only line feeds end a line: JSON may hold the other characters that Unicode takes for one.
    lines = enumerate(read_text(path).split("\n"), 1)
    return [
        _object(f"{path.name}, line {number}", line, keys) for number, line in lines if line.strip()
    ]


def _object(where: str, line: str, keys: tuple[str, ...]) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(line)
        missing = [key for key in keys if key not in value]
    except (ValueError, TypeError) as error:
        raise TrainingError(f"{where} is not JSON ({error}): mend or remove the line.") from error
    if missing:
        raise TrainingError(f"{where} lacks {', '.join(missing)}: add it or remove the line.")
    return value


def write_jsonl(path: Path, records: Iterable[dict[str, Any]]) -> Counter[str]:
    """Write records, and count them by tag."""
    tags: Counter[str] = Counter()
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            tags[record["tag"]] += 1
    return tags
