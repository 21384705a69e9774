"""The command line as a user types it, in a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.network import Fault
from camara_qod.tools.operator.settings import OperatorSettings

from ..serving import served

REQUEST = "Need low latency for gaming, IP 192.168.1.50, 2 hours"


def qod(*arguments: str, stdin: str = "", cwd: Path | None = None, **env: str):
    return subprocess.run(
        [sys.executable, "-m", "camara_qod.agent.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | {"COLUMNS": "100"} | env,
        timeout=180,
        check=False,
    )


def test_ask_shows_the_body_and_the_session() -> None:
    result = qod("ask", REQUEST)
    assert result.returncode == 0, result.stderr
    assert "mock operator" in result.stderr
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0].startswith("createSession · confidence")
    assert any(line.startswith("device 192.168.1.50 (public and private)") for line in lines)
    assert "applicationServer 203.0.113.100 the configured default server" in lines
    assert "qosProfile QOS_E" in lines
    assert "duration 7200 s (2 hours)" in lines
    assert "is AVAILABLE, for 2 hours until" in " ".join(lines)


def test_ask_for_machines_in_a_dry_run() -> None:
    result = qod("ask", "--dry-run", "--json", REQUEST)
    value = json.loads(result.stdout)
    assert value["sent"] is False
    assert value["answer"] is None
    assert value["body"]["qosProfile"] == "QOS_E"


def test_in_a_pipe_an_unsure_change_needs_yes() -> None:
    always = {"QOD_CONFIRM_BELOW": "1"}
    waits = qod("ask", REQUEST, stdin="y\n", **always)
    assert waits.returncode == 5, waits.stderr
    assert "Not sent: nobody can be asked here. --yes" in " ".join(waits.stderr.split())
    assert "AVAILABLE" not in waits.stdout
    sent = qod("ask", "--yes", "--json", REQUEST, **always)
    assert sent.returncode == 0
    assert json.loads(sent.stdout)["sent"] is True


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
@pytest.mark.parametrize(("typed", "status"), [("y", 0), ("n", 5), ("", 5)])
def test_at_a_terminal_it_is_asked_about(typed: str, status: int) -> None:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "camara_qod.agent.cli", "ask", REQUEST],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"COLUMNS": "100", "QOD_CONFIRM_BELOW": "1"},
    )
    os.close(theirs)
    os.write(ours, f"{typed}\n".encode())
    printed = b""
    with contextlib.suppress(OSError):  # a terminal that was left reads as an error
        while chunk := os.read(ours, 4096):
            printed += chunk
    assert process.wait() == status
    assert b"Send it? [y/N]" in printed
    assert (b"is AVAILABLE" in printed) is (status == 0)


def test_a_conversation_from_a_pipe(tmp_path: Path) -> None:
    lines = ["hello", "/what", "Need low latency for gaming for 2 hours", "192.168.1.50"]
    lines += ["yes", "/quit"]
    kept = f"sqlite:///{tmp_path / 'kept.db'}"
    result = qod("chat", stdin="\n".join(lines), QOD_CONVERSATIONS=kept)
    assert result.returncode == 0, result.stderr
    text = " ".join(result.stdout.split())
    places = [
        text.index(words)
        for words in (
            "Hello! I can help with the connection of a device.",
            "There is no command /what; /help lists them.",
            "Which device?",
            "192.168.1.50 (public and private)",
            "Send it? yes, no, or say what to change.",
            "is AVAILABLE, for 2 hours until",
        )
    ]
    assert places == sorted(places)
    resumed = qod("chat", "--resume", stdin="/sessions\n", QOD_CONVERSATIONS=kept)
    again = " ".join(resumed.stdout.split())
    assert again.startswith("Going on with the last conversation:"), resumed.stderr
    for words in ("qod> 192.168.1.50", "has ended.", "begins without sessions"):
        assert words in again
    assert again.endswith("There are no sessions in this conversation.")


@pytest.mark.parametrize(
    ("arguments", "env", "words", "status"),
    [
        (("ask", "--model", "/nowhere", "hi"), {}, "Set --model", 1),
        (("ask", "hi"), {"QOD_TIMEOUT": "soon"}, "QOD_TIMEOUT", 2),
        (("mock", "--catalogue", "/nowhere.json"), {}, "cannot be read", 2),
    ],
)
def test_errors_are_one_sentence_with_the_remedy(arguments, env, words, status) -> None:
    result = qod(*arguments, **env)
    assert result.returncode == status
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_help_teaches_and_loads_nothing_heavy() -> None:
    result = qod("ask", "--help")
    for words in ("Exit status", "--yes", "QOD_CONFIRM_BELOW", "5 not sent"):
        assert words in " ".join(result.stdout.split()), words
    program = (
        "import sys; from camara_qod.agent.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'transformers', 'langchain') if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_killed_chat_finds_out_what_became_of_its_call(tmp_path: Path) -> None:
    operator = Operator(OperatorSettings(open=True))
    operator.network.add_fault(Fault(operation="createSession", latency=60))
    with served(operator) as root:
        env = {
            "QOD_API_ROOT": root,
            "QOD_TIMEOUT": "600",
            "QOD_CONVERSATIONS": f"sqlite:///{tmp_path / 'kept.db'}",
            "QOD_DEFAULT_APPLICATION_SERVER": "203.0.113.100",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "camara_qod.agent.cli", "chat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | env,
        )
        assert process.stdin is not None
        process.stdin.write("gaming on +351966666666 for 2 hours\nyes\n")
        process.stdin.flush()
        until = time.monotonic() + 120
        while operator.network._faults and time.monotonic() < until:
            time.sleep(0.1)
        process.kill()
        process.wait()
        resumed = qod("chat", "--resume", stdin="/sessions\n", **env)
    said, failed = (" ".join(text.split()) for text in (resumed.stdout, resumed.stderr))
    assert "The last time was cut off before an answer came." in failed
    assert "nothing seems to have been created. Ask again." in failed
    assert said.endswith("There are no sessions in this conversation.")
