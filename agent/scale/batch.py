"""`qod batch --ray`: files of requests decided by all machines of a Ray cluster.

What is written is what `qod batch` writes, in pieces and in no order; `line` tells it.
"""

import io
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
import torch
from ray.data import ActorPoolStrategy, Datasink
from ray.data.block import Block, BlockAccessor
from ray.data.datasource import FileBasedDatasource
from ray.exceptions import RayTaskError

from camara_qod.agent.batch import TOGETHER, decided, is_error, to_line, writing
from camara_qod.agent.scale.settings import ScaleSettings
from camara_qod.tools.errors import SettingsError, Unavailable
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_decoder
from camara_qod.tools.settings import load_settings

#: Lines that one replica takes at a time; what is lost where its machine is lost is less.
_PIECE = 4 * TOGETHER
#: Fewest lines of a file of the target, as long as there are so many.
_SHARD = 10_000
_READ = 1024


class Lines(FileBasedDatasource):  # type: ignore[misc]
    """The lines of files, with their numbers: never a whole file in memory, as `read_text` has it.

    Lines are bytes, as one that is no text is to be an error in its own line. Empty lines do not
    count.
    """

    def _read_stream(self, f: Any, path: str) -> Iterator[Block]:
        lines = iter(io.BufferedReader(f))
        # Some editors write a byte order mark first, which is none of the first line.
        first = next(lines, b"").removeprefix(BOM_UTF8)
        numbered = enumerate(filter(bytes.strip, chain([first], lines)), 1)
        while chunk := list(islice(numbered, _READ)):
            numbers, texts = zip(*chunk, strict=True)
            file = [Path(path).name] * len(chunk)
            yield pa.table({"file": file, "line": list(numbers), "text": list(texts)})


class Decides:
    """One replica: the model, loaded once.

    Args:
        threads: of the model.
        chosen: settings other than the environment's, by field.
        named: whether each record is to name its file.
    """

    def __init__(self, threads: int, chosen: dict[str, Any], named: bool) -> None:
        torch.set_num_threads(threads)
        settings = load_settings(**chosen)
        self._interpreter = Interpreter(load_decoder(settings), settings)
        self._named = named

    def __call__(self, some: pa.Table) -> pa.Table:
        """A record for each line, as text."""
        chunk = list(zip(some["line"].to_pylist(), some["text"].to_pylist(), strict=True))
        made = decided(self._interpreter, chunk)
        if self._named:
            files = some["file"].to_pylist()
            made = [{"file": file} | one for file, one in zip(files, made, strict=True)]
        return pa.table({"record": list(map(to_line, made)), "error": list(map(is_error, made))})


class Shards(Datasink[int]):  # type: ignore[misc]
    """Files `part-….jsonl` in a folder; each is there when it is complete.

    Args:
        folder: that all machines see.
    """

    def __init__(self, folder: Path) -> None:
        self.errors = 0
        self._folder = folder

    def write(self, blocks: Iterable[Block], ctx: Any) -> int:
        """One file; written again it takes the place of the first.

        Returns:
            How many lines are errors.

        Raises:
            Unavailable: the folder takes no more.
        """
        target = self._folder / f"part-{ctx.task_idx:06}.jsonl"
        partial = target.with_suffix(".partial")
        errors = 0
        with writing(target, f"Then empty {self._folder} and run it again."):
            with partial.open("w", encoding="utf-8") as file:
                for block in blocks:
                    table = BlockAccessor.for_block(block).to_arrow()
                    file.writelines(table["record"].to_pylist())
                    errors += sum(table["error"].to_pylist())
            partial.rename(target)
        return errors

    def on_write_complete(self, write_result: Any) -> None:
        """Count the errors of all files."""
        self.errors = sum(write_result.write_returns)

    @property
    def min_rows_per_write(self) -> int:
        """Lines of a file."""
        return _SHARD


def decide_all(source: Path, target: Path, settings: ScaleSettings, **chosen: Any) -> int:
    """Decide every line of a file, or of each file of a folder, on a Ray cluster.

    The cluster is the one that `RAY_ADDRESS` names; without it, this machine. Source and target lie
    where all its machines see them.

    Args:
        source: as for `qod batch`.
        target: a folder that is not there yet, or has nothing in it.
        settings: how many replicas, and how large.
        chosen: settings of the model other than the environment's, by field.

    Returns:
        How many lines of the target are errors.

    Raises:
        SettingsError: source or target cannot be used.
        Unavailable: the target takes no more.
    """
    _check(source, target)
    data = ray.data.read_datasource(Lines([str(source.resolve())]))
    pieces = data.repartition(target_num_rows_per_block=_PIECE)
    records = pieces.map_batches(
        Decides,
        fn_constructor_args=(settings.cpus, chosen, source.is_dir()),
        batch_size=TOGETHER,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(min_size=settings.min_replicas, max_size=settings.max_replicas),
        num_cpus=settings.cpus,
        num_gpus=settings.gpus,
    )
    shards = Shards(target.resolve())
    try:
        records.write_datasink(shards)
    except RayTaskError as error:
        # What a machine raised comes with its whole traceback as the message.
        if isinstance(error.cause, Unavailable):
            raise error.cause from error
        raise
    return shards.errors


def _check(source: Path, target: Path) -> None:
    if not source.exists() or (source.is_dir() and not any(source.iterdir())):
        raise SettingsError(f"{source} cannot be read (there is nothing): check the path.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        kept = any(target.iterdir())
    except OSError as error:
        raise SettingsError(
            f"{target} cannot be written ({error.strerror}): name another folder."
        ) from error
    if kept:
        raise SettingsError(f"{target} has something in it: name another folder, or empty it.")
