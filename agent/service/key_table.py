"""API keys as a table for people."""

from collections.abc import Iterable
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from camara_qod.agent.service.keys import Key


def key_table(keys: Iterable[Key]) -> Table:
    """A row for each key: id, scopes, when it was made and revoked (UTC), name."""
    table = Table(box=None, pad_edge=False)
    for column in ("id", "scopes", "created (UTC)", "revoked (UTC)"):
        table.add_column(column, header_style="dim", no_wrap=True)
    table.add_column("name", header_style="dim", overflow="fold")
    for key in keys:
        # Names are a user's, and brackets in them are no markup.
        cells = (key.id, " ".join(key.scopes), _time(key.created), _time(key.revoked), key.name)
        table.add_row(*map(Text, cells))
    return table


def _time(seconds: float | None) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}" if seconds else ""
