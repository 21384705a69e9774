"""`qod doctor`: findings, a line each, as they are made."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from camara_qod.tools.doctor import examine
from camara_qod.tools.plugin import QodPlugin

_MARKS = {True: ("ok", "green"), False: ("wrong", "red"), None: ("note", "yellow")}


def doctor(plugin: QodPlugin, console: Console) -> bool:
    """Print what is found.

    Returns:
        Whether nothing is wrong.
    """
    sound = True
    for found in examine(plugin):
        line = Table.grid(padding=(0, 1))
        line.add_column(width=5)
        line.add_column(width=18)
        line.add_column(overflow="fold")
        line.add_row(Text(*_MARKS[found.right]), found.subject, found.told)
        console.print(line)
        sound = sound and found.right is not False
    return sound
