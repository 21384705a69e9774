"""Nokia's `network-as-code` from PyPI, unchanged, in an environment of its own."""

import json

import pytest

from .conftest import Mock
from .setting_up import HERE, python_of, run

pytestmark = pytest.mark.clients


def test_a_session_from_creation_to_deletion(
    mock: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    script = HERE / "scripts" / "network_as_code_session.py"
    said = run(python_of("network_as_code"), script, mock.root, mock.token)
    with capsys.disabled():
        print(f"\n{said}", end="")  # noqa: T201
    steps = [json.loads(line) for line in said.splitlines()]
    one = steps[0]["created"]
    assert steps == [
        {"created": one, "status": "AVAILABLE", "seconds": 600, "ports": [443, 5000, 5010]},
        {"got": one, "status": "AVAILABLE", "expires": 600},
        {"extended": one, "seconds": 660},
        {"listed": [one]},
        {"refused": "ConflictError", "status": 409, "code": "CONFLICT"},
        {"refused": "BadRequestError", "status": 400, "code": "INVALID_ARGUMENT"},
        {"deleted": one},
        {"refused": "NotFoundError", "status": 404, "code": "NOT_FOUND"},
    ]
