"""Conversations that outlive their process."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from camara_qod.agent.agent import build_agent
from camara_qod.agent.checkpoints import last_thread, open_checkpointer
from camara_qod.agent.conversation import Conversation
from camara_qod.agent.stores import DamagedStore, StoreError, place_of
from camara_qod.tools.errors import QodError, SettingsError
from camara_qod.tools.settings import QodSettings

from ..databases import a_postgresql
from .fakes import create, plugin

PHONE = {"phoneNumber": "+351966666666"}
OTHER = {"phoneNumber": "+351911111111"}


def settings(url: str) -> QodSettings:
    return QodSettings(_env_file=None, conversations=url)


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of the test's own."""
    with a_postgresql() as url:
        yield url


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


def test_a_database_that_was_restarted_is_found_again(postgresql: str) -> None:
    parts = plugin(create(duration=7200), create(PHONE, duration=7200))
    with open_checkpointer(settings(postgresql)) as saver:
        talking = Conversation(build_agent(parts, checkpointer=saver), parts, "a")
        talking.say("gaming for 2 hours")
        with psycopg.connect(postgresql) as other:  # as a restart does to all who are connected
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        assert talking.say("my phone is +351966666666").pending is not None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://nowhere", "QOD_CONVERSATIONS"),
        ("sqlite:////proc/nowhere/a.db", "kept in /proc/nowhere/a.db .* set QOD_CONVERSATIONS"),
        ("postgresql://u:secret@127.0.0.1:1/none", "kept in postgresql://…@127.0.0.1:1/none"),
        ("postgresql://u:secret@127.0.0.1:1/none?foo=bar", "QOD_CONVERSATIONS is no URL .*foo"),
    ],
)
def test_a_place_that_cannot_be_had_is_named(url: str, words: str) -> None:
    with pytest.raises(QodError, match=words) as found, open_checkpointer(settings(url)):
        pass
    assert "secret" not in str(found.value)


def test_a_url_is_of_no_use_to_who_reads_an_error() -> None:
    assert place_of("postgresql://u:pa?s@h:1/db?password=x") == "postgresql://…@h:1/db"
    assert place_of("postgresql://h/db?password=x") == "postgresql://h/db"
    assert place_of("u:pw@h") == "…@h"
    assert place_of("sqlite:///a.db") == "sqlite:///a.db"


def test_a_store_is_named_by_what_the_user_wrote() -> None:
    with (
        pytest.raises(SettingsError, match="--database is neither"),
        open_checkpointer(settings("sqlite://"), "--database"),
    ):
        pass


DAMAGES = [
    "checkpoint = substr(checkpoint, 1, 20)",
    "checkpoint = x'ff'",
    "metadata = x'ff'",
    "type = 'other'",
]


def test_a_store_that_fails_while_it_is_used_is_named(tmp_path: Path) -> None:
    parts, file = plugin(create(), create()), tmp_path / "kept.db"
    with open_checkpointer(settings(f"sqlite:///{file}")) as saver:
        talking = Conversation(build_agent(parts, checkpointer=saver), parts, "a")
        talking.say("gaming")
        saver.conn.execute("PRAGMA query_only = ON")  # as on a disk that takes no more
        with pytest.raises(StoreError, match=f"cannot be kept in {file} .*set QOD_CONVERSATIONS"):
            talking.say("gaming on a train")
        saver.conn.close()
        with pytest.raises(StoreError, match="closed database"):
            last_thread(saver)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_conversation_is_named(tmp_path: Path, damage: str) -> None:
    parts, file = plugin(create()), tmp_path / "kept.db"
    with open_checkpointer(settings(f"sqlite:///{file}")) as saver:
        Conversation(build_agent(parts, checkpointer=saver), parts, "a").say("gaming")
    with sqlite3.connect(file) as connection:
        connection.execute(f"UPDATE checkpoints SET {damage}")
    with open_checkpointer(settings(f"sqlite:///{file}")) as saver:
        with pytest.raises(DamagedStore, match=f"in {file} is damaged .*without --resume"):
            last_thread(saver)
        again = Conversation(build_agent(parts, checkpointer=saver), parts, "a")
        with pytest.raises(DamagedStore):
            again.settle()


def test_a_user_who_may_make_no_tables_is_told(postgresql: str) -> None:
    with psycopg.connect(postgresql) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    url = postgresql.replace("postgres@", "guest@")
    with (
        pytest.raises(StoreError, match=r"permission denied .*may be written to"),
        open_checkpointer(settings(url)),
    ):
        pass
