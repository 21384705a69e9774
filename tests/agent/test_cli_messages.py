"""What the command line says where something around it is wrong: a sentence, never a traceback."""

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from camara_qod.agent import cli

BROKEN = b"gaming \xff on +351966666666"


def qod(*arguments: str | bytes, stdin: bytes = b"", **env: str) -> tuple[int, str, str]:
    """Exit status and what was printed, in one line each."""
    done = subprocess.run(
        [sys.executable, "-m", "camara_qod.agent.cli", *arguments],
        input=stdin,
        capture_output=True,
        env=os.environ | {"COLUMNS": "100", "TERM": "dumb"} | env,
        timeout=180,
        check=False,
    )
    printed = [" ".join(part.decode().split()) for part in (done.stdout, done.stderr)]
    assert "Traceback" not in printed[1]
    return done.returncode, *printed


def test_a_request_with_an_undecodable_byte_is_refused() -> None:
    status, out, err = qod("ask", "--json", BROKEN)
    assert status == 1
    assert out == ""
    assert "The request is no text: character 8" in err


def test_a_line_with_an_undecodable_byte_is_refused_and_the_next_is_read() -> None:
    lines = BROKEN + b"\nthanks\n/quit\n"
    # As in a locale in which Python refuses such bytes where it reads them.
    status, out, err = qod("chat", stdin=lines, PYTHONIOENCODING="utf-8:strict")
    assert status == 1
    assert "The request is no text: character 8" in err
    assert "The request is no text" not in out
    assert "You are welcome" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mcp", "--transport", b"\xff"), r"--transport is stdio or http, and not \udcff."),
        (("mcp", "--transport", "[/bold]"), "--transport is stdio or http, and not [/bold]."),
        (("mcp", "--transport", "http", "--host", "nowhere.invalid"), "nowhere.invalid, port 8765"),
        (("chat", "--confirm", "3"), "--confirm is `always`, `never` or a number from 0 to 1"),
    ],
    ids=range(4),
)
def test_wrong_options_are_named(arguments: tuple[str | bytes, ...], words: str) -> None:
    status, _, err = qod(*arguments)
    assert status == (2 if " is " in words else 1)
    assert words in err
    for library in ("pydantic", "Value error", "Input should"):
        assert library not in err


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    """Exit status and sentence of a command that does not begin, in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments])
    printed = capsys.readouterr()
    assert printed.out == ""
    return ended.value.code, " ".join(printed.err.split())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--token", "s3cret"),
        ("--port", "8765"),
        ("--host", "127.0.0.1"),
        ("--allowed-host", "qod.example"),
    ],
)
def test_options_of_http_are_refused_over_stdio(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    told = f"{option} is for --transport http: add that, or leave {option} out."
    assert refused(capsys, "mcp", option, value) == (2, told)


def test_a_token_in_the_environment_is_of_no_matter_over_stdio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[object] = []
    monkeypatch.setenv("QOD_MCP_TOKEN", "s3cret")
    monkeypatch.setattr("camara_qod.agent.mcp_stdio.serve", served.append)
    with pytest.raises(SystemExit) as ended:
        cli.main(["mcp"])
    assert (ended.value.code, len(served)) == (0, 1)


@pytest.mark.parametrize("command", [("mcp",), ("ask", "gaming")], ids=["lazy", "loaded"])
@pytest.mark.parametrize("option", ["--adapter", "--model"])
def test_a_model_that_is_none_is_refused_at_the_start_by_its_option(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], option: str
) -> None:
    status, told = refused(capsys, *command, option, "/nowhere/at/all")
    assert status == 1
    assert f"there is no folder /nowhere/at/all. Set {option} to a folder" in told


def test_a_folder_without_a_model_is_refused_before_mcp_serves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("QOD_MODEL", str(tmp_path))
    status, told = refused(capsys, "mcp")
    assert status == 1
    assert "cannot be used: config.json is missing." in told
    assert "or set QOD_MODEL to another." in told


def test_an_adapter_beside_a_model_server_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QOD_MODEL_SERVER", "http://127.0.0.1:9/v1")
    status, told = refused(capsys, "ask", "gaming", "--adapter", "none")
    assert status == 2
    assert told.startswith("--adapter is for a model in this process, and QOD_MODEL_SERVER is set")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_character_that_the_terminal_does_not_have_is_printed_as_its_number(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding="ascii")
    monkeypatch.setattr(sys, name, stream)
    monkeypatch.setattr(cli, "app", lambda _: getattr(sys, name).write("Zoë …"))
    cli.main([])
    stream.flush()
    assert printed.getvalue() == b"Zo\\xeb \\u2026"


def test_a_port_that_is_taken_is_named_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, _, err = qod("mcp", "--transport", "http", "--port", port)
    assert status == 1
    assert err.startswith(f"Nothing can listen on 127.0.0.1, port {port} (Address already in use)")


def test_mcp_explains_itself_in_a_sentence() -> None:
    status, out, _ = qod("mcp", "--help")
    assert status == 0
    assert "Serve the tools to MCP clients." in out


def test_a_batch_looks_at_its_files_first_and_speaks_of_no_operator() -> None:
    status, _, err = qod("batch", "/nowhere.jsonl", "out.jsonl", QOD_MODEL="/nowhere")
    assert status == 2
    assert err == "/nowhere.jsonl cannot be read (No such file or directory): check the path."
