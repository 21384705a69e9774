"""What somebody wrote is printed letter for letter, wherever it is printed."""

import io
import re
from pathlib import Path

from rich.table import Table

from camara_qod.tools.screen import screen

#: Rich knows `:1234:` as an emoji, and takes what stands in brackets for a style.
WRITTEN = "2001:db8::1234:5678 [/x] [red]no[/red] :smile:"
ROOT = Path(__file__).parents[2]


def test_neither_markup_nor_emoji_is_seen_in_a_text() -> None:
    out = io.StringIO()
    table = Table.grid()
    table.add_row(WRITTEN)
    screen(file=out, width=200).print(WRITTEN, table, sep="\n")
    assert out.getvalue().split("\n")[:2] == [WRITTEN, WRITTEN]


def test_there_is_no_other_console() -> None:
    files = (
        path for name in ("agent", "tools", "training") for path in (ROOT / name).rglob("*.py")
    )
    made = {path.name for path in files if re.search(r"\bConsole\(", path.read_text("utf-8"))}
    assert made == {"screen.py"}
