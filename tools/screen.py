"""Where people read: what somebody wrote is printed letter for letter."""

from typing import Any

from rich.console import Console


def screen(**options: Any) -> Console:
    """A console that takes nothing in a text for markup, for an emoji, or for a value to colour.

    `2001:db8::1234:5678` has `:1234:` in it, which Rich draws as a picture, and `[/x]` in a link
    would end a style that nobody has begun.

    Args:
        options: as `rich.console.Console` has them.
    """
    return Console(markup=False, highlight=False, emoji=False, **options)
