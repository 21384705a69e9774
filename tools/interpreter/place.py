"""Where a model or an adapter is: a folder on this machine, or an id of Hugging Face's hub."""

from pathlib import Path

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # documented there
from transformers.utils import cached_file

from camara_qod.tools.interpreter.loading import Missing, reason


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
    try:
        found = cached_file(str(place), file)
    except OSError as error:
        raise Missing(
            f"there is no such folder, and the model hub does not give it ({reason(error)})"
        ) from error
    if found is None:
        raise Missing(f"the model hub has no {file} under that id")
