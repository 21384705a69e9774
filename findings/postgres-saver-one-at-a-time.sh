#!/usr/bin/env bash
# langgraph-checkpoint-postgres 3.2.0 (PyPI), with langgraph 1.2.22 and psycopg-pool 3.3.3.
#
# `PostgresSaver` may be given a `ConnectionPool` in place of a connection. It still makes one
# database call at a time: a lock of its own is held around every cursor, whatever the connection
# comes from. A pool of four serves four threads one after the other.
#
# Source: the package itself (`PostgresSaver._cursor`); its README shows both ways alike.
#
# Why it matters: a pool brings connections back after the database restarts, which a single
# connection does not, but it gives no more calls at once. Where many conversations share a process
# and the database is far away, each waits for the others' round trips; more savers over one pool, or
# more processes, help, and a larger pool does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check langgraph-checkpoint-postgres==3.2.0 \
  langgraph==1.2.22 psycopg-pool==3.3.3 "psycopg[binary]==3.3.9"
"$folder/venv/bin/python" - <<'PYTHON'
import threading
import time
from contextlib import contextmanager

from langgraph.checkpoint.postgres import PostgresSaver
from psycopg_pool import ConnectionPool


class Count:
    """How many are inside at once, and how many at most."""

    def __init__(self):
        self.now = self.most = 0
        self._lock = threading.Lock()

    @contextmanager
    def inside(self):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        yield
        with self._lock:
            self.now -= 1


class Cursor:
    def __init__(self, count):
        self._count = count

    def execute(self, *_, **__):
        with self._count.inside():
            time.sleep(0.1)

    def fetchone(self):
        return None


class Database:
    """Stands for a connection; each answer takes a tenth of a second."""

    def __init__(self, count):
        self._count = count

    @contextmanager
    def cursor(self, **_):
        yield Cursor(self._count)


class Pool(ConnectionPool):
    """As many connections as there are threads."""

    def __init__(self, count):
        self._count = count

    @contextmanager
    def connection(self, timeout=None):
        yield Database(self._count)

    def __del__(self, *_):
        pass


def at_once(savers):
    count = savers[0].conn._count
    threads = [
        threading.Thread(target=saver.get_tuple, args=({"configurable": {"thread_id": str(n)}},))
        for n, saver in enumerate(savers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count.most


shared = PostgresSaver(Pool(Count()))
one, several = at_once([shared] * 4), at_once([PostgresSaver(pool) for pool in [Pool(Count())] * 4])
print(f"four threads, one saver over a pool: {one} call at once")
print(f"four threads, a saver each over a pool: {several} calls at once")
assert (one, several) == (1, 4), "the behaviour has changed"
PYTHON
