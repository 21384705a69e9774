"""API keys: made, listed, revoked at once, and never kept."""

import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from camara_qod.agent.cli import main
from camara_qod.agent.service.callers import Caller
from camara_qod.agent.service.database import Database
from camara_qod.agent.service.keys import Keys
from camara_qod.agent.service.problems import Problem
from camara_qod.agent.service.run import check_reach
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.tools.errors import SettingsError

from .conftest import Open, key_of

Qod = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'keys.db'}"


@pytest.fixture
def qod(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Qod:
    """The command line: exit status, standard output, standard error."""
    monkeypatch.setenv("QOD_SERVE_DATABASE", url)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(list(arguments))
        except SystemExit as ended:
            status = int(ended.code or 0)
        return status, *capsys.readouterr()

    return run


def refused(keys: Keys, token: str) -> bool:
    with pytest.raises(Problem) as found:
        keys.caller(token)
    assert found.value.status == 401
    assert token not in str(found.value.body)
    return True


def test_a_key_is_made_shown_once_listed_and_revoked(qod: Qod, url: str) -> None:
    status, out, err = qod("keys", "create", "night [shift]", "--scope", "admin", "--scope", "act")
    key = out.strip()
    assert status == 0
    assert re.fullmatch(r"qod_[0-9a-f]{12}_[\w-]{43}", key)
    assert "not shown again" in err
    assert key not in err
    _, name, secret = key.split("_", 2)

    database = Database(url)
    keys = Keys(database)
    assert keys.caller(key) == Caller(f"key:{name}", frozenset({"act", "admin"}), "night [shift]")
    _, out, _ = qod("keys", "list")
    assert {name, "act", "admin", "[shift]"} <= set(out.split())
    assert secret not in out
    with database.reading() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM keys")).all())

    # Revoked by another process, it is refused at the very next call.
    assert qod("keys", "revoke", name)[0] == 0
    assert refused(keys, key)
    assert qod("keys", "revoke", name)[0] == 0
    database.close()


def test_scopes_are_those_that_were_given(qod: Qod, url: str) -> None:
    keys = Keys(Database(url))
    made = [qod("keys", "create", "x", *scopes)[1].strip() for scopes in ((), ("--scope", "act"))]
    found = [keys.caller(key) for key in made]
    assert [item and item.scopes for item in found] == [{"decide", "act"}, {"act"}]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("create", "x", "--scope", "root"), 2, "A scope is decide, act, admin, and not root."),
        (("create", ""), 2, "A key's name is one line of 1 to 200 characters."),
        (("create", "two\nlines"), 2, "A key's name is one line"),
        (("create", "x" * 201), 2, "A key's name is one line"),
        (("revoke", "0123456789ab"), 2, "There is no key 0123456789ab"),
    ],
    ids=range(5),
)
def test_what_does_not_hold_is_said(
    qod: Qod, arguments: tuple[str, ...], status: int, words: str
) -> None:
    found, out, err = qod("keys", *arguments)
    assert (found, out) == (status, "")
    assert words in " ".join(err.split())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@x/y", "mysql://…@x/y cannot be used (it is for mysql): set --database"),
        ("postgresql://u:secret@h:port/db", "@h:port/db cannot be used (its port is no number)"),
        ("postgresql://u:se@cret:1@h/db", "cannot be used"),
        ("nonsense", "The database nonsense cannot be used"),
        ("sqlite:////proc", "sqlite:////proc cannot be used (unable to open database file): see"),
        ("postgresql://u:secret@127.0.0.1:1/db", "postgresql://…@127.0.0.1:1/db cannot be used"),
    ],
    ids=range(6),
)
def test_a_database_that_cannot_be_used_is_named_with_what_to_do(
    qod: Qod, url: str, words: str
) -> None:
    status, out, err = qod("keys", "list", "--database", url)
    told = " ".join(err.split())
    assert status
    assert out == ""
    assert words in told
    assert "--database or QOD_SERVE_DATABASE" in told
    assert "cret" not in told


def test_a_database_of_a_newer_version_is_left_alone(qod: Qod, url: str) -> None:
    database = Database(url)
    with database.begin() as connection:
        connection.execute(text("UPDATE service_version SET version_num = '9999'"))
    database.close()
    status, _, err = qod("keys", "list")
    told = " ".join(err.split())
    assert status == 1
    assert told.startswith(f"The database {url} is of a newer version of camara-qod: update this")


def test_a_database_that_takes_no_more_is_named(
    qod: Qod, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(Keys, "create", full)
    status, _, err = qod("keys", "create", "x")
    assert status == 1
    assert f"{url} cannot be used (database or disk is full)" in " ".join(err.split())


def test_a_whole_key_that_is_unknown_is_not_repeated(qod: Qod) -> None:
    _, _, err = qod("keys", "revoke", "qod_0123456789ab_" + "s" * 43)
    assert "There is no key 0123456789ab:" in err
    assert "ss" not in err


def test_forged_keys_are_refused(url: str) -> None:
    keys = Keys(Database(url))
    key, other = keys.create("a", ["act"]), keys.create("b", ["act"])
    _, name, secret = key.split("_", 2)
    changed = ("B" if secret[0] == "A" else "A") + secret[1:]
    for forged in (
        f"qod_{name}_{changed}",
        f"qod_{name}_{other.split('_', 2)[2]}",
        f"qod_{name}_",
        f"qod_{name}",
        "qod_",
        f"qod_{name}_{secret}x",
        f"qod_{name}_{secret[:-1]}\x00",
        f"qod_{name.upper() if name.upper() != name else 'a' * 12}_{secret}",
        f"qod_' OR 1=1 --_{secret}",
        f"qod_%_{secret}",
        "qod_" + "é" * 60,
    ):
        assert refused(keys, forged)
    assert keys.caller("another-kind-of-token") is None
    found = keys.caller(key)
    assert found is not None
    assert found.id == f"key:{name}"


def test_keys_that_are_made_and_ones_that_are_revoked_count_at_the_next_call(
    open_at: Open,
) -> None:
    client, service = open_at(authentication=True)
    me = key_of(service, "me", "act")
    assert client.get("/v1/conversations").status_code == 401
    assert client.get("/v1/conversations", headers=me).json() == []
    keys = Keys(service.database)
    keys.revoke(keys.all()[0].id)
    refusal = client.get("/v1/conversations", headers=me)
    assert refusal.status_code == 401
    assert refusal.headers["www-authenticate"] == "Bearer"
    assert refusal.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz").status_code == 200


def test_a_lookup_costs_little_and_waits_for_no_writer(url: str) -> None:
    database = Database(url)
    keys = Keys(database)
    key, took = keys.create("a", ["act"]), []
    with database.begin() as connection:
        connection.execute(text("UPDATE keys SET name = 'b'"))
        for _ in range(50):
            began = time.perf_counter()
            assert keys.caller(key) is not None
            took.append(time.perf_counter() - began)
    # Well under a millisecond where nothing else runs; a writer would be waited for 30 seconds.
    assert statistics.median(took) < 0.005


def test_another_address_needs_authentication_and_somebody_to_let_in(url: str) -> None:
    def settings(**more: object) -> ServiceSettings:
        return ServiceSettings(_env_file=None, **{"database": url} | more)

    check_reach("127.0.0.1", settings())
    with pytest.raises(SettingsError, match="qod keys create NAME"):
        check_reach("0.0.0.0", settings())
    with pytest.raises(SettingsError, match="qod keys create NAME"):
        check_reach("0.0.0.0", settings(authentication=True))
    check_reach("::", settings(oidc_issuer="https://id.example", oidc_audience="qod"))
    keys = Keys(Database(url))
    keys.create("a", ["act"])
    check_reach("0.0.0.0", settings(authentication=True))
    keys.revoke(keys.all()[0].id)
    with pytest.raises(SettingsError, match="no API key"):
        check_reach("0.0.0.0", settings(authentication=True))
