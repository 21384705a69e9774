"""The sessions at the operator that callers' conversations have made, as the database has them."""

import time
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, distinct, func, select, update

from camara_qod.agent.service.database import SESSIONS, Database
from camara_qod.tools.camara.client import QodClient
from camara_qod.tools.camara.errors import NotFound

#: Sessions that were noted more seconds ago have ended.
_REMEMBERED = 2 * 86400


def remembered() -> ColumnElement[bool]:
    """Whether a session may still be at the operator."""
    return SESSIONS.c.noted > time.time() - _REMEMBERED


def noted_sessions(database: Database) -> int:
    """How many sessions are noted as live.

    One that is not deleted here but runs out counts until somebody lists the sessions.
    """
    columns = SESSIONS.c
    count = select(func.count(distinct(columns.session_id)))
    with database.reading() as connection:
        found = connection.execute(count.where(columns.ended.is_(False), remembered()))
        return int(found.scalar_one())


def looked_up(
    database: Database, client: QodClient, owner: str, sessions: Collection[str]
) -> dict[str, dict[str, Any]]:
    """A caller's sessions as they are now, on the wire, by their ids.

    Those that the operator does not have are left out, and not asked for again.

    Raises:
        QodError: the operator did not say.
    """
    found, gone = {}, []
    for session_id in sessions:
        try:
            found[session_id] = client.get_session(session_id).wire()
        except NotFound:
            gone.append(session_id)
    if gone:
        mine = update(SESSIONS).where(SESSIONS.c.owner == owner, SESSIONS.c.session_id.in_(gone))
        with database.begin() as connection:
            connection.execute(mine.values(ended=True))
    return found
