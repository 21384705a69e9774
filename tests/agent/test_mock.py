"""`qod mock`: what it says where it cannot start, and where it has started."""

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from camara_qod.agent.cli import main
from camara_qod.agent.mock import usage
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

ROOT = "http://127.0.0.1:9091"


def served(_: object) -> None:
    pytest.fail("It is served.")


@pytest.fixture(autouse=True)
def nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """What should be refused and is not fails, instead of being served for ever."""
    monkeypatch.setattr("camara_qod.tools.operator.serve.log.to_stderr", lambda: None)
    monkeypatch.setattr("camara_qod.tools.operator.serve.Server.run", served)


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """Exit status and what was said, in one line."""
    with pytest.raises(SystemExit) as ended:
        main(["mock", "--database", "sqlite://", *options])
    said = " ".join(capsys.readouterr().err.split())
    assert "Mock operator" not in said
    assert "curl" not in said
    assert "QOD_" not in said
    return int(ended.value.code or 0), said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rate-limit", "0/second"), "--rate-limit is a number of calls and a time"),
        (("--rate-limit", "often"), "and not often."),
        (("--rate-limit", "1/second; 5/minute"), "--rate-limit"),
        (("--rate-limit", "1 per fortnight"), "--rate-limit"),
        (("--api-version", "3"), "--api-version: it should be '1.1' or '1.2'"),
        (("--activation-delay", "inf"), "--activation-delay: it should be a finite number"),
        (("--client", "app"), "--client is id:secret"),
        (("--client-key", "app"), "--client-key is id:file"),
        (("--open", "--host", "0.0.0.0"), "--open serves anybody, and --host 0.0.0.0"),
        (("--database", "nowhere"), "give --database the SQLAlchemy URL"),
        (("--database", "nosuch://db"), "give --database the SQLAlchemy URL"),
        (("--database", "sqlite:///x?timeout=soon"), "give --database the SQLAlchemy URL"),
    ],
)
def test_wrong_usage_names_the_option(
    options: tuple[str, ...],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, said = refused(capsys, "--port", "0", *options)
    assert status == 2
    assert words in said
    for library in ("pydantic", "Value error", "Input should"):
        assert library not in said


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--database", "sqlite:////nowhere/at/all.db"), 1, "give --database"),
        (("--database", "sqlite:///."), 1, "give --database"),
        (("--catalogue", "/nowhere.json"), 2, "check --catalogue"),
        (("--catalogue", "wrong.json"), 2, "--catalogue is a JSON list"),
        (("--client-key", "app:/nowhere.pem"), 2, "(No such file or directory): give --client-key"),
        (("--client-key", "app:wrong.json"), 2, "give --client-key an RSA"),
        (("--host", "nowhere.invalid"), 1, "another --host or --port"),
    ],
)
def test_what_cannot_be_used_names_the_option(
    options: tuple[str, ...],
    status: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.json").write_text("{}")
    ended, said = refused(capsys, "--port", "0", *options)
    assert ended == status
    assert words in said


def test_nothing_is_announced_on_somebody_elses_port(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, said = refused(capsys, "--port", port)
    assert status == 1
    assert said.startswith(f"Nothing can listen on 127.0.0.1, port {port}")


def test_no_database_is_made_where_an_option_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mock.db"
    refused(capsys, "--port", "0", "--database", f"sqlite:///{file}", "--rate-limit", "0/second")
    assert not file.exists()


def told(**settings: object) -> list[str]:
    operator = Operator(OperatorSettings.model_validate(settings))
    lines = usage(operator, ROOT)
    operator.close()
    return lines


def test_how_a_token_is_got_depends_on_the_clients() -> None:
    assert len(told(open=True)) == 1
    chosen = told(clients={"my app": SecretStr("chosen")})[1]
    assert "curl -su 'my app' -d" in chosen
    assert "chosen" not in chosen
    assert "-d scope=dpv:" in told(demo=True, require_purpose=True)[1]
    assert "private_key_jwt" in told()[1]
