"""Where a model or an adapter is: a folder on this machine, or an id of Hugging Face's hub."""

import contextlib
from pathlib import Path

import httpx2
from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # documented there
from transformers.utils import cached_file

from camara_qod.tools.faults import reason
from camara_qod.tools.interpreter.loading import Missing


def check_place(place: Path | str, file: str) -> None:
    """Ask for a small file first: to find out while loading takes long, and many retries.

    Args:
        place: a folder, or an id of the hub; what a folder holds is not looked at here.
        file: that the place has to have.

    Raises:
        Missing: there is no such folder and no such id, or the hub cannot be reached.
    """
    if Path(place).exists():
        return
    try:
        validate_repo_id(str(place))
    except HFValidationError as error:
        raise Missing(f"there is no folder {place}") from error
    _reach(str(place), file)
    try:
        found = cached_file(str(place), file)
    except OSError as error:
        raise Missing(
            f"there is no such folder, and the model hub does not give it ({reason(error)})"
        ) from error
    if found is None:
        raise Missing(f"the model hub has no {file} under that id")


def _reach(name: str, file: str) -> None:
    """Ask once whether the hub can be reached: its own loading asks again and again, for long.

    Whatever the hub answers, `cached_file` has the words for it.

    Raises:
        Missing: it cannot, and there is no copy on this machine.
    """
    if isinstance(try_to_load_from_cache(name, file), str):
        return
    try:
        with contextlib.suppress(HfHubHTTPError, OfflineModeIsEnabled):
            get_hf_file_metadata(hf_hub_url(name, file))
    except httpx2.TransportError as error:
        raise Missing(
            f"there is no such folder, and the model hub cannot be reached ({reason(error)})"
        ) from error
