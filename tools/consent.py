"""A bare yes or no to something that is shown and waits for it; nothing else is read here."""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

#: Longer than this is no bare yes or no.
_LONGEST = 60


def consent(text: str) -> bool | None:
    """What a whole message answers to "Send it?".

    Only a message that consists of nothing but such words counts ("yes please", "nein danke"):
    whatever says more is a correction or another request. The words are in `data/consent.json`,
    in the languages that lengths of time are read in.

    Args:
        text: the message.

    Returns:
        Whether it agrees; `None` where it is neither a bare yes nor a bare no.
    """
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()
    answers = [answer for answer, pattern in _patterns() if pattern.fullmatch(plain)]
    return answers[0] if len(answers) == 1 else None


@cache
def _patterns() -> tuple[tuple[bool, re.Pattern[str]], ...]:
    """For yes and no: one or several of its words, words of courtesy among them."""
    content = (files("camara_qod.data") / "consent.json").read_text(encoding="utf-8")
    words: dict[str, list[str]] = json.loads(content)
    courtesy = _any(words["courtesy"])
    found = []
    for answer, kind in ((True, "yes"), (False, "no")):
        own = _any(words[kind])
        text = rf"\W*(?:(?:{courtesy})\W+)*(?:{own})(?:\W+(?:{own}|{courtesy}))*\W*"
        found.append((answer, re.compile(text)))
    return tuple(found)


def _any(phrases: list[str]) -> str:
    """An alternative of phrases, longest first, whatever stands between their words."""
    ordered = sorted(map(str.casefold, phrases), key=len, reverse=True)
    return "|".join(r"\W+".join(map(re.escape, phrase.split())) for phrase in ordered)
