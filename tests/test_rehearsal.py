"""The page "Rehearse a bad day", pasted block by block into a shell."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .serving import free_port

PAGE = Path(__file__).parent.parent / "docs" / "rehearse.md"
#: What each block has to print, in this order.
SAID = [
    [],
    ["DURATION_EXPIRED"],
    ['"qosStatus":"AVAILABLE"', '"code":"CONFLICT"'],
    ["NETWORK_TERMINATED", '"code":"CONFLICT"'],
    ['"qosStatus":"AVAILABLE"', '"qosStatus":"UNAVAILABLE"'],
    ['"duration":120'],
    [" 429 ", "retry-after: 3", " 429 ", " 503 "],
    ['"code":"CONFLICT"'],
    ["IDENTIFIER_NOT_FOUND"],
    ['"name":"QOS_E"', '"clockAhead":600', '"code":"UNAUTHENTICATED"'],
    ['"refresh_token"', '"id_token"', '"error":"invalid_scope"'],
]
#: What the page says to change for the newer version of the APIs.
NEWER = {"qod mock": "qod mock --api-version 1.2", "/v1": "/v1rc3"}


@pytest.mark.skipif(
    not all(shutil.which(name) for name in ("bash", "curl", "openssl")),
    reason="bash, curl, openssl",
)
@pytest.mark.parametrize("changes", [{}, NEWER], ids=["1.1", "1.2"])
def test_its_commands_work_when_pasted(tmp_path: Path, changes: dict[str, str]) -> None:
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    script = "set -m\n" + "echo @@@@\n".join(blocks)
    for given, newer in changes.items():
        assert given in script
        script = script.replace(given, newer)
    for port in ("9091", "9092", "9093"):
        script = script.replace(port, str(free_port()))
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PATH": places},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            printed, _ = shell.communicate(timeout=90)
        finally:
            _end(shell.pid)
    answers = printed.split("@@@@")
    assert len(answers) == len(SAID)
    for answer, wanted in zip(answers, SAID, strict=True):
        assert re.search(".*".join(map(re.escape, wanted)), answer, re.DOTALL), (wanted, answer)


def _end(session: int) -> None:
    """What the page left running, also where it stopped half-way."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = status.read_text().rpartition(")")
        except OSError:
            continue
        if int(rest.split()[3]) == session:
            os.kill(int(name.split()[0]), signal.SIGKILL)
