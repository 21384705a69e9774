"""A client that `openapi-python-client` makes of the official document."""

import json
from pathlib import Path

import pytest

from .conftest import Mock
from .setting_up import CACHE, HERE, python_of, run

pytestmark = pytest.mark.clients
DOCUMENT = "quality-on-demand/1.1.0_r3.2/quality-on-demand.yaml"


@pytest.fixture(scope="module")
def python(specs: Path) -> Path:
    """A Python that has the client beside it."""
    python = python_of("openapi_python_client")
    generated = CACHE / "generated" / "qod_generated"
    generated.parent.mkdir(parents=True, exist_ok=True)
    config = HERE / "openapi_python_client.yaml"
    generator = python.with_name("openapi-python-client")
    said = run(
        *(generator, "generate", "--path", specs / DOCUMENT, "--config", config),
        *("--meta", "none", "--output-path", generated, "--overwrite"),
    )
    assert "WARNING" not in said.upper(), said
    return python


def test_a_session_from_creation_to_deletion(
    python: Path, mock: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    script = HERE / "scripts" / "generated_session.py"
    said = run(python, script, mock.root, mock.token, CACHE / "generated")
    steps = [json.loads(line) for line in said.splitlines()]
    with capsys.disabled():
        print("\n" + "\n".join(f"{item['call']}: {item['status']}" for item in steps))  # noqa: T201
    one = steps[0]["parsed"]["sessionId"]
    assert [(step["call"], step["status"], step["kind"]) for step in steps] == [
        ("create", 201, "SessionInfo"),
        ("get", 200, "SessionInfo"),
        ("extend", 200, "SessionInfo"),
        ("list", 200, "list"),
        ("create again", 409, "CreateSessionResponse409"),
        ("create wrong", 400, "CreateSessionResponse400"),
        ("create for nobody", 422, "CreateSessionResponse422"),
        ("delete", 204, "NoneType"),
        ("get again", 404, "GetSessionResponse404"),
    ]
    assert steps[2]["parsed"]["duration"] == 660
    assert [item["sessionId"] for item in steps[3]["parsed"]] == [one]
    codes = [step["parsed"]["code"] for step in steps if step["status"] >= 400]
    assert codes == ["CONFLICT", "INVALID_ARGUMENT", "MISSING_IDENTIFIER", "NOT_FOUND"]
    # What it read is all there was: writing it again gives the answer as it came.
    assert all(step["lossless"] for step in steps)
