"""Files of requests over Ray Data: what `qod batch` writes, in pieces."""

import errno
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from camara_qod.agent import batch, cli
from camara_qod.agent.scale.settings import ScaleSettings
from camara_qod.tools.errors import SettingsError, Unavailable
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_decoder
from camara_qod.tools.settings import QodSettings

ray = pytest.importorskip("ray", reason="needs Ray: pip install 'camara-qod[scale]'")

pytestmark = pytest.mark.slow

LINES = [
    *(
        json.dumps({"id": last, "text": f"gaming on +3519666666{last}, {last} minutes"}).encode()
        for last in range(10, 35)
    ),
    b"",
    b'{"messages": ["hello", "gaming"]}',
    b"no JSON",
    b'{"text": "\xff"}',
    json.dumps({"text": "word " * 5000}).encode(),
    '{"text": "d\u00e9p\u00eache\u2028toi"}'.encode(),
]


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def chosen(tiny_phi3: Path) -> dict[str, str]:
    return {"model": str(tiny_phi3), "adapter": "none", "device": "cpu"}


def records(*files: Path) -> list[dict[str, Any]]:
    """What was written, but for the time, in the order of its lines."""
    found = [json.loads(line) for file in files for line in file.read_bytes().splitlines()]
    for one in found:
        one.pop("seconds", None)
    return sorted(found, key=lambda one: (one.get("file", ""), one["line"]))


def test_it_is_what_one_process_writes(tmp_path: Path, chosen: dict[str, str]) -> None:
    from camara_qod.agent.scale.batch import decide_all

    # One line is no text at all, with which one process does not begin.
    source, readable = tmp_path / "in.jsonl", tmp_path / "readable.jsonl"
    source.write_bytes(b"\n".join(LINES))
    readable.write_bytes(b"\n".join(line.replace(b"\xff", b"\\ud800x") for line in LINES))
    settings = QodSettings(_env_file=None, **chosen)
    here = Interpreter(load_decoder(settings), settings)
    target, shards = tmp_path / "out.jsonl", tmp_path / "shards"
    failed = batch.decide_all(here, batch.Task.of(readable, target), Console(file=io.StringIO()))
    replicas = ScaleSettings(_env_file=None, min_replicas=1, max_replicas=1)
    assert decide_all(source, shards, replicas, **chosen) == failed == 3
    its, mine = records(*shards.iterdir()), records(target)
    assert [one["line"] for one in its] == [one["line"] for one in mine] == list(range(1, 31))
    for one, other in zip(its, mine, strict=True):
        if one["line"] == 28:
            assert "error" in one
            continue
        assert one.pop("confidence", 0) == pytest.approx(other.pop("confidence", 0), rel=0.01)
        assert one.pop("certainty", {}) == pytest.approx(other.pop("certainty", {}), rel=0.01)
        assert one == other


def test_a_folder_of_files_by_the_command_line(
    tmp_path: Path, chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in ("a", "b"):
        (source / f"{name}.jsonl").write_text('{"text": "gaming"}\n{"text": "hello"}\n')
    monkeypatch.setenv("QOD_DEVICE", "cpu")
    monkeypatch.setenv("QOD_SCALE_MAX_REPLICAS", "1")
    options = ["--ray", "--model", chosen["model"], "--adapter", "none"]
    assert cli.app(["batch", str(source), str(target), *options], standalone_mode=False) in (
        0,
        None,
    )
    found = records(*target.iterdir())
    places = [(one["file"], one["line"]) for one in found]
    assert places == [("a.jsonl", 1), ("a.jsonl", 2), ("b.jsonl", 1), ("b.jsonl", 2)]


def test_places_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    from camara_qod.agent.scale.batch import decide_all

    settings = ScaleSettings(_env_file=None)
    with pytest.raises(SettingsError, match="nowhere"):
        decide_all(tmp_path / "nowhere", tmp_path / "out", settings)
    (tmp_path / "in").write_text("{}")
    with pytest.raises(SettingsError, match="has something in it"):
        decide_all(tmp_path / "in", tmp_path, settings)
    with pytest.raises(SettingsError, match="cannot be written"):
        decide_all(tmp_path / "in", tmp_path / "in" / "out", settings)


def test_a_byte_order_mark_is_none_of_the_first_line() -> None:
    from camara_qod.agent.scale.batch import Lines

    (block,) = Lines._read_stream(None, io.BytesIO(b'\xef\xbb\xbf{"text": "a"}\nb\n'), "in.jsonl")
    assert block["text"].to_pylist() == [b'{"text": "a"}\n', b"b\n"]


def test_a_full_disk_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa

    from camara_qod.agent.scale.batch import Shards

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "open", full)
    block = pa.table({"record": ["{}\n"], "error": [False]})
    with pytest.raises(Unavailable, match=f"No space left .* Then empty {tmp_path} and run it"):
        Shards(tmp_path).write([block], SimpleNamespace(task_idx=0))
