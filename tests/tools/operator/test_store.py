"""The database of the operator, before a call has come."""

import sqlite3
from pathlib import Path

import pytest

from camara_qod.tools.errors import Unavailable
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings
from camara_qod.tools.operator.store import Store


def secret(database: str) -> str:
    operator = Operator(OperatorSettings(demo=True, database=database))
    found = operator.clients["demo"].get_secret_value()
    operator.close()
    return found


def test_the_demo_clients_secret_lasts_as_long_as_the_database(tmp_path: Path) -> None:
    one, other = (f"sqlite:///{tmp_path / name}" for name in ("one.db", "other.db"))
    assert secret(one) == secret(one)
    assert secret(one) != secret(other)
    assert secret("sqlite://") != secret("sqlite://")


def test_there_is_no_demo_client_unless_it_is_asked_for() -> None:
    assert Operator(OperatorSettings()).clients == {}


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    store = Store(f"sqlite:///{file}")
    store.demo_secret()
    made = list(tmp_path.iterdir())
    assert file in made
    assert {item.stat().st_mode & 0o777 for item in made} == {0o600}
    store.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    file.write_text("a letter, and by no means a database" * 100)
    with pytest.raises(Unavailable, match="file is not a database"):
        Store(f"sqlite:///{file}")


def test_a_database_with_other_tables(tmp_path: Path) -> None:
    file = tmp_path / "mock.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE facts (other TEXT)")
    with pytest.raises(Unavailable, match=r"no such column: facts\.name"):
        Store(f"sqlite:///{file}")
