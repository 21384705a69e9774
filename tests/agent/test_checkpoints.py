"""Conversations that outlive their process."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from camara_qod.agent.agent import build_agent
from camara_qod.agent.checkpoints import last_thread, open_checkpointer
from camara_qod.agent.conversation import Conversation
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.settings import QodSettings

from ..serving import free_port
from .fakes import create, plugin

PHONE = {"phoneNumber": "+351966666666"}
OTHER = {"phoneNumber": "+351911111111"}


def settings(url: str) -> QodSettings:
    return QodSettings(_env_file=None, conversations=url)


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL server of the test's own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found or shutil.which("runuser") is None:
        pytest.skip("needs Debian's package postgresql")
    folder, port = Path(f"{tmp_path}-pg"), free_port()
    folder.mkdir(mode=0o700)
    shutil.chown(folder, "postgres")
    tmp_path.parent.chmod(0o755)
    tmp_path.parent.parent.chmod(0o755)

    def run(program: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", str(found[-1].with_name(program))]
        subprocess.run([*command, *arguments], check=True, capture_output=True)

    data = str(folder / "data")
    run("initdb", "-D", data, "-A", "trust")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kept' / 'conversations.db'}"
    return str(request.getfixturevalue("postgresql"))


def test_a_conversation_goes_on_in_another_process(url: str) -> None:
    parts = plugin(create(duration=7200), create(PHONE, duration=7200))
    with open_checkpointer(settings(url)) as saver:
        agent = build_agent(parts, checkpointer=saver)
        assert Conversation(agent, parts, "a").say("gaming for 2 hours").text.startswith("Which")
    with open_checkpointer(settings(url)) as saver:
        assert last_thread(saver) == "a"
        again = Conversation(build_agent(parts, checkpointer=saver), parts, "a")
        assert again.settle() is None
        waiting = again.say("my phone is +351966666666").pending
        assert waiting is not None
        assert waiting.arguments["duration"] == 7200
    with open_checkpointer(settings(url)) as saver:
        third = Conversation(build_agent(parts, checkpointer=saver), parts, "a")
        assert third.settle().pending == waiting
        assert "is AVAILABLE" in third.approve().text


def test_two_conversations_at_once_do_not_meet(url: str) -> None:
    said: dict[str, str] = {}

    def talk(thread: str, device: dict[str, str]) -> None:
        parts = plugin(*[create(device)] * 5)
        with open_checkpointer(settings(url)) as saver:
            talking = Conversation(build_agent(parts, checkpointer=saver), parts, thread)
            talking.say(f"gaming on {device['phoneNumber']}")
            said[thread] = talking.approve().text
            assert len(talking.history.sessions.listed) == 1

    threads = [
        threading.Thread(target=talk, args=arguments) for arguments in (("a", PHONE), ("b", OTHER))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("is AVAILABLE" in said[thread] for thread in ("a", "b"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://nowhere", "QOD_CONVERSATIONS"),
        ("sqlite:////proc/nowhere/a.db", "set QOD_CONVERSATIONS"),
        ("postgresql://nobody@127.0.0.1:1/none", "does not answer"),
    ],
)
def test_a_place_that_cannot_be_had_is_named(url: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words), open_checkpointer(settings(url)):
        pass
