"""Minutes said around an hour: "ten past nine", "las nueve y diez", "neuf heures moins dix"."""

from camara_qod.tools.interpreter.reading.lengths.closing import closes
from camara_qod.tools.interpreter.reading.lengths.numbers import Number, number
from camara_qod.tools.interpreter.reading.lengths.view import View

_MINUTE = 60
#: The smallest number of minutes that is said without a word before it.
_BARE = 10


def minutes_before(view: View, place: int) -> tuple[int, int] | None:
    """Minutes from the hour that follows, and the token behind their words: "ten past"."""
    if not (count := _count(view, place)):
        return None
    unit = view.unit(count.end)
    end = unit[1] if unit and unit[0].seconds == _MINUTE else count.end
    if hit := view.at(end, "minutes_past"):
        return _whole(count), hit.end
    if (hit := view.at(end, "minutes_to")) and not count.digits:
        return -_whole(count), hit.end
    return None


def minutes_behind(view: View, place: int) -> tuple[int, int] | None:
    """Minutes from the hour said before, and the token behind them: "y diez", "moins dix"."""
    less = view.at(place, "less")
    joint = less.end if less else view.past(place, "and")
    count = None if view.begins_line(place) or view.begins_line(joint) else _count(view, joint)
    if not count or (joint == place and (count.digits or _whole(count) < _BARE)):
        return None
    end = view.past(count.end, "minute_behind")
    if not any(view.at(end, kind) for kind in ("half", "period", "day")) and not closes(view, end):
        return None
    return (-_whole(count) if less else _whole(count)), end


def _count(view: View, place: int) -> Number | None:
    count = number(view, place)
    if not count or count.article or count.value not in range(1, _MINUTE):
        return None
    return count


def _whole(count: Number) -> int:
    return int(count.value or 0)
