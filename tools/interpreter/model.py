"""The language model: the embedded one, or any causal model of Hugging Face's."""

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from camara_qod.tools.errors import ModelError
from camara_qod.tools.interpreter.adapter import adapted
from camara_qod.tools.interpreter.adapter import check as check_adapter
from camara_qod.tools.interpreter.base import gguf_options, load_base
from camara_qod.tools.interpreter.calibration import calibration_beside
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.decoding import Decoder, Request
from camara_qod.tools.interpreter.embedded import EMBEDDED, embedded_model, shipped_adapter
from camara_qod.tools.interpreter.files import MODEL_CONFIG, check_model, gguf_in
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.interpreter.llama import Llama
from camara_qod.tools.interpreter.loading import explained
from camara_qod.tools.interpreter.precision import dtype_of
from camara_qod.tools.interpreter.tokens import Tokens
from camara_qod.tools.settings import QodSettings

if TYPE_CHECKING:  # its JSON Schema validator is for answers of a server only
    from camara_qod.tools.interpreter.remote import RemoteDecoder, Told

NO_ADAPTER = "none"


def load_decoder(settings: QodSettings) -> "Decoder | RemoteDecoder":
    """The configured model with its adapter, in this process or on a server, ready to decide.

    Raises:
        ModelError: model, adapter or quantisation cannot be had; the message says what to do.
    """
    if settings.model_server:
        from camara_qod.tools.interpreter.remote import RemoteDecoder

        key = settings.model_server_key
        return RemoteDecoder(
            settings.model_server,
            settings.model,
            key=key.get_secret_value() if key else None,
        )
    model, tokenizer = _lean_model(settings) or load_model(settings)
    if settings.at_once > 1 and model.device.type == "cpu":
        # Threads that share a core wait for each other.
        torch.set_num_threads(max(1, torch.get_num_threads() // settings.at_once))
    return Decoder(
        model,
        tokenizer,
        settings.max_prompt_tokens,
        max_waiting=settings.max_waiting,
        at_once=settings.at_once,
        calibration=calibration_beside(adapter_of(settings)),
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
        deadline: Deadline | None = None,
    ) -> "tuple[str, Trace | Told]":
        """As `Decoder.decode`."""
        return self._ready().decode(turns, schema, deadline)

    def count_tokens(self, text: str) -> int:
        """As `Decoder.count_tokens`."""
        return self._ready().count_tokens(text)

    def decode_many(
        self, requests: Sequence[Request], deadline: Deadline | None = None
    ) -> "Sequence[tuple[str, Trace | Told]]":
        """As `Decoder.decode_many`."""
        return self._ready().decode_many(requests, deadline)

    def _ready(self) -> "Decoder | RemoteDecoder":
        with self._lock:
            if self._decoder is None:
                self._decoder = load_decoder(self._settings)
            return self._decoder


def _lean_model(settings: QodSettings) -> tuple[Llama, Tokens] | None:
    """The embedded model where merged weights are at hand, without `transformers` and PEFT."""
    if settings.model != EMBEDDED or settings.quantization != "none":
        return None
    # Another adapter than the shipped one is not in the weights, and is looked at before them.
    if settings.adapter not in (None, NO_ADAPTER) or _device(settings.device) != "cpu":
        return None
    dtype = dtype_of(settings.precision)
    place, _ = _parts(settings)
    with explained(f"The model {EMBEDDED}", "QOD_CACHE_DIR"):
        return Llama.read(Path(place), dtype), Tokens(Path(place))


def load_model(settings: QodSettings) -> tuple[Any, Any]:
    """Model in evaluation mode and tokenizer, of `transformers`: what training works with too.

    Without quantisation the adapter is merged into the weights: the same function, and no extra
    matrix products in each layer.

    Raises:
        ModelError: as `load_decoder`; what is missing is told before anything is loaded.
    """
    check(settings)
    device = _device(settings.device)
    place, adapter = _parts(settings)
    options: dict[str, Any] = {
        "dtype": torch.float32 if device == "cpu" else "auto",
        "device_map": {"": device},
        "quantization_config": _nf4(device) if settings.quantization == "nf4" else None,
    }
    folder, named = gguf_in(str(place))
    if named:
        _check_plain(Path(place), settings.quantization)
        place, options = folder, options | gguf_options(Path(place))
    model, tokenizer = load_base(place, settings.model, **options)
    if adapter is not None:
        model = adapted(model, adapter, settings.model)
        if settings.quantization == "none":
            model = model.merge_and_unload()
    return model.eval(), tokenizer


def adapter_of(settings: QodSettings) -> Path | str | None:
    """The adapter that decides, be it in the weights already or not."""
    if settings.adapter is None and settings.model == EMBEDDED:
        return shipped_adapter()
    return None if settings.adapter == NO_ADAPTER else settings.adapter


def check(settings: QodSettings) -> None:
    """Look at what the settings name for a model in this process, without loading it.

    What ships with the package is looked at when it is put together.

    Raises:
        ModelError: device, quantisation, model or adapter cannot be had.
    """
    _device(settings.device)
    _check_quantization(settings.quantization)
    if settings.model != EMBEDDED:
        # Imports the model hub's client and transformers, which merged weights do not need.
        from camara_qod.tools.interpreter.place import check_place

        folder, named = Path(settings.model), gguf_in(settings.model)[1]
        with explained(f"The model {settings.model}", "QOD_MODEL"):
            check_place(settings.model, MODEL_CONFIG)
            if folder.exists() and not named:
                check_model(folder)
    if settings.adapter is not None and settings.adapter != NO_ADAPTER:
        check_adapter(settings.adapter, settings.model)


def _parts(settings: QodSettings) -> tuple[Path | str, Path | str | None]:
    """The weights, and the adapter that they do not have in them yet."""
    adapter = adapter_of(settings)
    if settings.model != EMBEDDED:
        return settings.model, adapter
    if settings.adapter is None and settings.quantization == "none":
        return embedded_model(settings.cache_dir, shipped_adapter()), None
    return embedded_model(settings.cache_dir), adapter


def _device(name: str) -> str:
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError("QOD_DEVICE asks for CUDA and there is none: set it to `auto` or `cpu`.")
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, ImportError) as error:
        # Of a word that is no device, of one torch was built without, of one it has no package for.
        raise ModelError(
            f"QOD_DEVICE is {name}, and there is no such device here: set it to `auto`, `cpu` or "
            "`cuda`."
        ) from error
    return name


def _check_quantization(name: str) -> None:
    if name == "nf4" and find_spec("bitsandbytes") is None:
        raise ModelError(
            "Weights in 4 bits (nf4) need bitsandbytes, which is not installed: "
            'pip install "camara-qod[train]".'
        )


def _check_plain(file: Path, quantization: str) -> None:
    if quantization != "none":
        raise ModelError(
            f"{file.name} has quantised weights, which are not quantised again: set "
            "QOD_QUANTIZATION to none."
        )


def _nf4(device: str) -> Any:
    from transformers import BitsAndBytesConfig  # takes seconds to import

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32 if device == "cpu" else torch.float16,
    )
