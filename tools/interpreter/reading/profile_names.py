"""Names of the operator's profiles, and what looks like one and is none."""

import re
from collections.abc import Iterator, Sequence

from camara_qod.tools.interpreter.reading.mention import Mention, ProfileName
from camara_qod.tools.interpreter.reading.text import Turn

_UNKNOWN_PROFILE = re.compile(
    r"(?<![\w])(?![Qq][Oo][Ss]_(?i:profile|session|level|class|name)s?\b)"
    r"(?:QOS_[A-Za-z0-9_.-]*[A-Za-z0-9]|QoS_[A-Za-z0-9]+|qos_[a-z0-9]+|QOS-[A-Z0-9]+)(?!\w)"
    r"|(?<=profile )(?P<named>[A-Z][A-Z0-9]*[_-][A-Z0-9_-]*[A-Z0-9])(?!\w)"
)


def profile_names(turn: Turn, names: Sequence[str]) -> Iterator[Mention]:
    """Names of the catalogue however they are written, and others of their form.

    Args:
        turn: what is left of it.
        names: of the operator's profiles.
    """
    taken: set[int] = set()
    for name in sorted(names, key=len, reverse=True):
        for match in _name_pattern(name).finditer(turn.rest):
            if taken.isdisjoint(range(match.start(), match.end())):
                taken.update(range(match.start(), match.end()))
                yield ProfileName(turn.number, match.start(), match.end(), name, known=True)
    for match in _UNKNOWN_PROFILE.finditer(turn.rest):
        if taken.isdisjoint(range(match.start(), match.end())):
            yield ProfileName(turn.number, match.start(), match.end(), match[0], known=False)


def _name_pattern(name: str) -> re.Pattern[str]:
    """How people write a profile name: separators and case are theirs, unless it is a word.

    A name such as "voice" is also plain English, so it counts only beside the word "profile" or
    in quotes.
    """
    if re.fullmatch(r"[A-Za-z]+", name):
        quoted = rf"[\"'`]{name}[\"'`]"
        pattern = rf"(?:(?<=profile )|(?<=profile: )|(?<=profile=)){name}(?!\w)|{quoted}"
        return re.compile(rf"{pattern}|(?<!\w){name}(?= profile\b)", re.IGNORECASE)
    loose = r"[\s_.-]?".join(re.escape(part) for part in re.split(r"[_.-]", name) if part)
    tight = loose.replace(r"[\s_.-]?", "[_.-]?")
    *_, last = re.split(r"[_.-]", name)
    # "QoS e.g." and "la QoS s'il te plaît" name no profile: behind a space the case counts.
    spaced = rf"(?=\S+\s+(?-i:{re.escape(last)})(?!\w)){loose}"
    return re.compile(rf"(?<![\w.-])(?:{tight}|{spaced})(?![\w-]|['’.]\w)", re.IGNORECASE)
