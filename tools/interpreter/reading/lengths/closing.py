"""Whether a bare number is the last thing said, or counts what follows."""

from camara_qod.tools.interpreter.reading.lengths.view import View


def closes(view: View, end: int) -> bool:
    """Whether nothing that a bare number would count stands at a token."""
    if end >= len(view) or view.begins_line(end):
        return True
    if view.is_sign(end):
        return not (view.glued(end) and view.glued(end + 1) and view.word(end) not in "?!;)\"'")
    return (
        not view.glued(end)
        and view.is_word(end)
        and bool(view.at(end, "clause") or view.at(end, "for") or view.at(end, "from"))
    )
