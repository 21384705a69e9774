"""Needs that are called by their names.

The catalogue says what each need is meant for. Where a conversation uses those words, or the names
of things that are nothing else, and of one need only, the catalogue decides and not the model; what
only implies a need ("my shots register late"), or names several, is for the model.
"""

import re
from collections.abc import Sequence

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter.stated import tells_a_use

_WORDS = {
    Need.LATENCY: (
        r"gaming|gamers?|(?:video|computer|online|cloud|mobile)[\s-]+games?",
        r"game\s+(?:servers?|night|sessions?)|e-?sports?|shooters?",
        r"vr|xr|(?-i:AR)|(?:virtual|augmented|mixed)\s+reality",
        r"low(?:est)?[\s-]+(?:latency|lag|ping)|tele-?operat\w+",
        r"remote(?:ly)?[\s-]+(?:controll?(?:ed|ing)?|driv(?:ing|en|es?)|steer(?:ing|ed)?"
        r"|operated?|piloted?)",
        r"pubg|fortnite|valorant|minecraft|dota|league\s+of\s+legends|roblox|call\s+of\s+duty",
        r"overwatch|cs[\s:-]*(?:2|go)|rocket\s+league|counter-?strike|apex\s+legends",
    ),
    Need.BANDWIDTH: (
        r"(?<!game )streaming|films?|movies?|playlists?|playback|music|footage|binge\w*",
        r"netflix|disney|spotify|youtube|buffer(?:s|ing)|high(?:er)?\s+(?:bandwidth|throughput)",
        r"back-?ups?(?!\s+(?:dns|server|line|link|phone))|transfers?",
        r"upload(?:s|ing|ed)?|download(?:s|ing|ed)?",
    ),
    Need.RELIABILITY: (
        r"telemetry|iot|sensors?|scada|plcs?|alarms?|meters?|monitoring|mission[\s-]+critical",
        r"medical|ecg|infusion|ventilators?|defibrillators?|insulin|glucose",
        r"reliab\w+|dependable",
    ),
    Need.LIVE_MEDIA: (
        r"(?:video|phone|voice|conference|team)[\s-]*(?:calls?|calling|chats?|conferenc\w+)",
        r"meetings?|conferences?|webinars?|seminars?|interviews?|consultations?|tutoring|lessons?",
        r"online\s+(?:[\w-]+\s+)?(?:class(?:es)?|lectures?|courses?)|zoom|(?:ms|microsoft)\s+teams|webex|jitsi|facetime",
        r"google\s+meet|skype|voip",
        r"calls?(?!\s+(?:of\s+duty|me|us|him|her|it|back|this|the|\w+(?:Session|Profile)))",
    ),
}
_NAMED = {
    need: re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)
    for need, words in _WORDS.items()
}
#: Words beside which a name may be of something past, unwanted, or looked at from outside.
_DOUBT = re.compile(
    r"n['’]t\b|\b(?:not?|never|nor|without|instead|rather|but|except|although|after|before|once|over"
    r"|finished|done|stop(?:ped)?|was|were|had|used\s+to|yesterday|last|earlier|ignore|system|said"
    r"|says?|watch\w*|record\w*|updat\w*|patch\w*|buttons?|pillar|status|counters?)\b",
    re.IGNORECASE,
)


def called_by_name(turns: Sequence[str]) -> Need | None:
    """The one need that a conversation names, where nothing later may speak of another.

    Args:
        turns: without their mentions.
    """
    speaking = [turn for turn in turns if tells_a_use(turn)]
    if len(speaking) != 1 or _DOUBT.search(speaking[0]):
        return None
    named = [need for need, words in _NAMED.items() if words.search(speaking[0])]
    return named[0] if len(named) == 1 else None
