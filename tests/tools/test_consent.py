"""A bare yes or no, and what is neither."""

import pytest

from camara_qod.tools.consent import consent

YES = [
    "y",
    "Yes!",
    "yes, please",
    "ok",
    "Okay, send it.",
    "go ahead please",
    "ja bitte",
    "Sí",
    "はい",
]
YES += [
    "d’accord",
    "oui merci",
    "tak, proszę",
    "evet",
    "sì grazie",
    "好的",
    "yes, do it",
    "sim",
    "jo",
]
NO = [
    "n",
    "No.",
    "no thanks",
    "don't",
    "don’t send it",
    "never mind",
    "Nein danke",
    "いいえ",
    "não",
]
YES += ["yes please do"]
NO += ["nie, dziękuję", "hayır", "no gracias", "不要", "nej tack", "please don't", "NON"]
NEITHER = [
    "",
    " ",
    "thanks",
    "danke",
    "no, 20 minutes",
    "yes but for 2 hours",
    "delete it",
    "yesno",
]
NEITHER += ["yes no", "not now", "+351966666666", "?", "no " * 40, "wait", "cancel the second one"]


@pytest.mark.parametrize("text", YES)
def test_agreement(text: str) -> None:
    assert consent(text) is True


@pytest.mark.parametrize("text", NO)
def test_refusal(text: str) -> None:
    assert consent(text) is False


@pytest.mark.parametrize("text", NEITHER)
def test_whatever_says_more_is_neither(text: str) -> None:
    assert consent(text) is None
