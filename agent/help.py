"""What `/help` shows: how to ask, and the commands."""

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

#: Each command and what it does.
COMMANDS = {
    "/sessions": "the sessions of this conversation, as they are now",
    "/profiles": "the operator's profiles",
    "/json": "the last request in full",
    "/new": "begin another conversation",
    "/help": "this text",
    "/quit": "leave (also Ctrl-D)",
}
_HOW = (
    "Say which device needs a better connection, what for, and for how long, for example:",
    "  Need low latency for gaming, IP 192.168.1.50, 2 hours",
    'What is missing is asked for. "Extend it by half an hour", "cancel the second one" and "which '
    'sessions does +351966666666 have?" work too. Before anything is changed you see it: y sends '
    "it, n does not, and anything else corrects it. Of sessions that are listed, the number is "
    "enough.",
    "",
)


def show_help(console: Console) -> None:
    """Print it, each paragraph wrapped where the terminal ends."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for command, meaning in COMMANDS.items():
        table.add_row(f"  {command}", meaning)
    console.print(Group(*map(Text, _HOW), table))
