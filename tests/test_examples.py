"""The examples run as they stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SAID = {
    "agent_with_other_tools": [
        "quality_on_demand: Session ",
        "with QOS_E is AVAILABLE, for 2 hours",
        "book_seat: A seat is booked for 2 hours.",
        "send_sms: Not carried out. number: this holds an address, number, id or link",
    ],
    "graph": ["with QOS_E is AVAILABLE, for 20 minutes", "18 ms with QOS_E"],
    "mcp_client": [
        "createSession (changes)",
        "getSession (reads)",
        "server asks: Which device?",
        "with QOS_E is AVAILABLE, for 2 hours",
    ],
}
#: These talk to a service: `tests/agent/service/test_clients.py` runs them on one.
SERVED = {"service_curl", "service_langchain", "service_openai"}


def test_every_example_is_run() -> None:
    assert {path.stem for path in EXAMPLES.iterdir() if path.is_file()} == set(SAID) | SERVED


@pytest.mark.parametrize("name", SAID)
def test_an_example_says_what_it_should(name: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py")],
        cwd=tmp_path,
        env=os.environ | {"TRANSFORMERS_VERBOSITY": "error"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    for words in SAID[name]:
        assert words in result.stdout
