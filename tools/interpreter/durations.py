"""Lengths of time in running text, in seconds.

Covers numbers and number words with units ("90 min", "two and a half hours", "1h30"), fixed
phrases ("half an hour"), clock form ("1:30 hours", "01:30:00"), ISO 8601 ("PT2H"), and the
common forms of German, Spanish, French, Italian, Portuguese, Dutch and Polish, and what is left
to be reckoned ("a third of an hour", "six heats of twelve minutes", "an hour less five minutes").
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError


class Span(NamedTuple):
    """A recognised length of time: `seconds`, found at `text[start:end]`."""

    start: int
    end: int
    seconds: int


_UNITS: dict[int, str] = {
    31536000: "years?|jahre?n?|años?|anos?|ann[oi]",
    2592000: "months?|mes(?:es)?|mois|monate?n?|mes[ei]|maanden?",
    1209600: "fortnights?",
    604800: "weeks?|wks?|wochen?|semanas?|semaines?|settiman[ae]|weken",
    86400: "days?|tage?n?|d[ií]as?|jours?|giorn[oi]|dag(?:en)?",
    3600: "hours?|hrs?|h|std|stunden?|horas?|heures?|or[ae]|uur|uren|godzin[aęy]?|hrours?|houres?",
    60: "minutes?|mins?|mn|mnts?|minuten?|minutos?|minut[oiyęa]?|mintues?|minuts",
    1: "seconds?|secs?|s|sekunden?|segundos?|secondes?|second[oi]|seconden?",
}
_UNIT = "(?:" + "|".join(f"(?P<u{size}>{names})" for size, names in _UNITS.items()) + r")\b\.?"
_UNIT_ANY = "(?:" + "|".join(_UNITS.values()) + r")\b\.?"

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: dict[str, int] = {word: value for value, word in enumerate(_ONES)}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_WORDS |= {
    f"{ten}{joint}{one}": 10 * t + o
    for t, ten in enumerate(_TENS, start=2)
    for o, one in enumerate(_ONES[:10])
    for joint in "- "
    if o
}
_WORDS |= {"a": 1, "an": 1, "fourty": 40, "a couple of": 2, "a couple": 2, "couple of": 2}
_WORDS |= {f"{word} hundred": 100 * value for value, word in enumerate(_ONES[2:], start=2)}
_WORDS |= {
    f"{thousand} thousand{rest}": 1000 * value + more
    for value, thousand in enumerate(_ONES[1:], start=1)
    for more, rest in [
        (0, ""),
        *((100 * hundreds, f" {one} hundred") for hundreds, one in enumerate(_ONES[1:10], start=1)),
    ]
}
#: Numbers from two on, which may stand alone.
_ALONE = "|".join(sorted((word for word in _WORDS if _WORDS[word] > 1), key=len, reverse=True))
_WORDS |= {"another": 1, "a thousand": 1000}
_WORDS |= {
    "hundred": 100,
    "a dozen": 12,
    "half a dozen": 6,
    "a hundred": 100,
    "one hundred": 100,
    "a single": 1,
    "one single": 1,
    "a pair of": 2,
}
_FOREIGN = {
    "de": "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "un dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze",
    "it": "un due tre quattro cinque sei sette otto nove dieci undici dodici",
    "pt": "um dois três quatro cinco seis sete oito nove dez onze doze",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "pl": "jedną dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć",
}
for _language in _FOREIGN.values():
    _WORDS |= {word: value for value, word in enumerate(_language.split(), start=1)}
_WORDS |= dict.fromkeys(("eine", "einen", "una", "une", "uma", "un'", "één"), 1)
_WORDS |= {"duas": 2, "zwo": 2, "quince": 15, "quinze": 15, "treinta": 30, "trinta": 30}
_WORDS |= {"trente": 30, "trenta": 30, "dreißig": 30, "dreissig": 30, "zwanzig": 20, "dertig": 30}
_WORDS |= {"veinte": 20, "vingt": 20, "venti": 20, "vinte": 20, "fünfzehn": 15, "twintig": 20}
#: Tens that take a unit behind a joint: "cuarenta y cinco", "quarante-cinq", "quarenta e cinco".
_TENS_AND_UNITS = {
    "es": ("treinta cuarenta cincuenta", " y "),
    "fr": ("trente quarante cinquante", "-"),
    "pt": ("trinta quarenta cinquenta", " e "),
}
for _language, (_tens, _joint) in _TENS_AND_UNITS.items():
    for _value, _ten in enumerate(_tens.split(), start=3):
        _WORDS[_ten] = 10 * _value
        for _unit, _one in enumerate(_FOREIGN[_language].split()[:9], start=1):
            _WORDS[f"{_ten}{_joint}{_one}"] = 10 * _value + _unit
_WORDS |= {"vingt-cinq": 25, "veinticinco": 25, "vinte e cinco": 25, "quarantacinque": 45}
_WORDS |= {"quaranta": 40, "cinquanta": 50, "fünfundvierzig": 45, "vierzig": 40, "fünfzig": 50}

_WORD = "(?:" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + ")"
_NUMBER = (
    r"[0-9]{1,3}(?:[,' ’][0-9]{3})+(?![0-9])|[0-9]{1,3}\s+[1-9]/[1-9]|[1-9]/[1-9]"
    r"|[0-9]{0,3}\s?[½¼¾]|[0-9]{1,9}(?:[.,][0-9]{1,6})?"
)
_HUNDRED = (
    r"(?:(?P<hundreds>a|one|two|three|four|five|six|seven|eight|nine)\s+hundred(?:\s+and)?\s+)?"
)
_FILLER = (
    r"(?:(?:full|whole|good|solid|straight|entire|more|extra|additional|further|long|volle|"
    r"ganze|weitere|mehr|bis|another|consecutive)\s+)?"
)
_PART = rf"(?:(?P<number>{_NUMBER})|{_HUNDRED}(?P<word>{_WORD})(?![\w-]*[0-9])(?=\W))"
_TAIL_HALF = (
    r"(?P<tail>\s+(?:and|n|'n'|&|y|et|e|und|en)\s+(?:a\s+|one\s+)?"
    r"(?P<tailsize>half|quarter|media|demie?|mezz[ao]|meia|halbe?|three[- ]quarters)\b)?"
)
_PREFIX_HALF = (
    r"(?P<prefix>\s+and\s+(?:a\s+|one\s+)?(?P<prefixsize>half|quarter|three[- ]quarters)\b)?"
)
_MINUTES = {word: value for word, value in _WORDS.items() if 5 <= value < 60 and word.isascii()}
_MINUTE_WORD = "|".join(sorted(map(re.escape, _MINUTES), key=len, reverse=True))
#: "2 hours 30", "an hour and ten": minutes without their unit, only at the end of a phrase.
_BARE = (
    rf"(?(u3600)(?:\s+(?:and\s+)?(?P<bare>[0-5]?[0-9]|{_MINUTE_WORD})(?:\s?m\b)?"
    r"(?=\s*(?:[;,!?)]|\.(?![0-9])|$|(?:please|pls|thanks|for|from)\b)))?)"
)
_COMPONENT = re.compile(
    # Never from the middle of a compound ("quarante-cinq") or of a list without spaces.
    r"(?<![\w.,:/$€£#])(?<![A-Za-zÀ-ÿ]-)(?<!\by )(?<!\be )(?<!\bet )(?<!\ben )(?![0-9]{3,},)"
    rf"{_PART}{_PREFIX_HALF}[\s-]*{_FILLER}{_UNIT}{_TAIL_HALF}{_BARE}(?!\w)",
    re.IGNORECASE,
)
_SIZES = {
    "half": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "three quarters": Fraction(3, 4),
}
_COMPACT = re.compile(
    r"(?<![\w.:-])(?=[0-9])(?:([0-9]{1,4})d\s?(?=[0-9]))?(?:([0-9]{1,4})\s?h(?:rs?|ours?)?)?\s?"
    r"(?:([0-9]{1,2})\s?(?:m(?:ins?)?)?)?(?:\s?([0-9]{1,2})\s?s)?(?![\w:-]|\.[0-9])",
    re.IGNORECASE,
)
_MINUTES_COMPACT = re.compile(
    r"(?<![\w.,:$€£#])(?<![0-9][ -])([0-9]{1,5}(?:\.[0-9]{1,3})?)(?:m|')(?![\w'])"
    r"(?!\s+(?:away|from\s+(?:the|here|there)|tall|high|deep|wide|apart|above|below|range|cable))"
)
#: What stands before a time of day.
_AT = re.compile(
    r"(?:\b(?:at|until|till|since|before|after|from|um|ab|às|a las|vers|de|om)|à|[0-9]h-)\s*$",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w:.])([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?(?![\w:.]*[0-9:])"
    r"(?P<unit>\s*(?:h|hrs?|hours?|stunden|horas|heures|ore|uur)\b)?",
    re.IGNORECASE,
)
#: Before the time of a log line or a date: "May 09 03:11:40", "2026-05-09 03:11:40".
_DATE = re.compile(
    r"(?:\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+[0-9]{1,2},?"
    r"|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4},?|\[)\s*$",
    re.IGNORECASE,
)
_OF_DAY = (
    r"(?P<time{0}>(?P<hour{0}>[01]?[0-9]|2[0-4])(?:(?::|h)(?P<minute{0}>[0-5][0-9]))?h?"
    r"(?:\s?(?P<half{0}>[ap])\.?m\b\.?)?)"
)
#: What tells a time of day from a number.
_TOLD = re.compile(r"[:h]|[ap]\.?m", re.IGNORECASE)
#: "from 14:00 to 16:30", "3-5 pm", "between 9h and 12h30".
_FROM_TO = re.compile(
    rf"(?<![\w:.\-/]){_OF_DAY.format(1)}\s*(?:-|–|—|to|till?|until|and|bis|a|à|às|hasta)\s*"
    rf"{_OF_DAY.format(2)}(?![\w:.\-/]*[0-9])(?!\w)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:from|between)\s+$", re.IGNORECASE)
_BEGIN = (
    r"(?:(?:start|begin)(?:ing|s)?(?:\s+(?:at|from))?|from|as\s+of"
    r"|(?:and\s+)?(?:right\s+)?now(?:\s+it(?:['’]s|\s+is))?|it(?:['’]s|\s+is)(?:\s+now)?)"
)
_UNTIL = r"(?:until|till?|up\s+to|ending(?:\s+at)?|ends?\s+at)"
#: "until 23:30 starting at 21:00".
_TO_FROM = re.compile(
    rf"\b{_UNTIL}\s+{_OF_DAY.format(2)}[\s,;(]+{_BEGIN}\s+{_OF_DAY.format(1)}(?!\w|[:.\-/][0-9])",
    re.IGNORECASE,
)
#: "it is 3 pm now and I need it until 5 pm".
_NOW_TO = re.compile(
    rf"\b{_BEGIN}\s+{_OF_DAY.format(1)}(?![\w:]|[.\-/][0-9])[^0-9.!?\n]{{0,40}}?\b{_UNTIL}\s+"
    rf"{_OF_DAY.format(2)}(?!\w|[:.\-/][0-9])",
    re.IGNORECASE,
)
#: "28 quid an hour" is a price, "90 km an hour" a speed.
_RATE = re.compile(
    r"(?:[€$£]\s?[0-9][0-9.,]*|[0-9][0-9.,]*\s?(?:[€$£]|quid|bucks|euros?|eur|dollars?|usd|pounds?|gbp"
    r"|pence|cents?|rupees|kr|km|kms|kilometers?|kilometres?|miles?|knots|times|[kmgt]i?b(?:ytes)?"
    r"|requests?|readings|messages|frames|samples|units|pieces|people))\s+$",
    re.IGNORECASE,
)
#: `"duration": 7200`, `duration_minutes=30`: a field whose unit is in its name, else seconds.
_FIELD = re.compile(
    r"(?<![A-Za-z])\w*(?:duration|dauer|duraci[oó]n|dur[ée]e|dur)(?:_?in)?(?:_|\s?\()?"
    r"(?P<unit>s|secs?|seconds|mins?|minutes|hours)?\)?[\"']?\s*(?:[:=]|of\b|is\b|\s)\s*[\"']?(?P<number>[0-9]{1,9})(?:\.0+)?(?![\w:]|\.[0-9]|\s*[A-Za-z]*(?:sec|min|hour|hrs?|h|m|s|day)\b)",
    re.IGNORECASE,
)
#: `"minutes": 50`, `hours=2`: the unit is the field.
_UNIT_FIELD = re.compile(
    r"(?<![A-Za-z])(?P<unit>seconds|secs?|minutes|mins?|hours|hrs?)[\"']?\s*[:=]\s*[\"']?"
    r"(?P<number>[0-9]{1,6}(?:\.[0-9]{1,2})?)(?![\w:]|\.[0-9]|\s*(?:s|m|h|secs?|mins?|hrs?|hours?|minutes?|seconds?)\b)",
    re.IGNORECASE,
)
#: `ttl_ms: 5400000`.
_MILLISECONDS_FIELD = re.compile(
    r"(?<![A-Za-z])\w*(?:ttl|timeout|length|duration|dur|period)_?(?:in_?)?(?:ms|millis(?:econds)?)[\"']?"
    r"\s*[:=]\s*[\"']?(?P<number>[0-9]{4,9})(?![\w:]|\.[0-9])",
    re.IGNORECASE,
)
#: Before a length that comes several times: "6 heats of 12 minutes", "2 x 45 min".
_TIMES = re.compile(
    rf"(?<![\w.,:/-])(?P<count>[0-9]{{1,2}}|{_ALONE})"
    r"(?:\s+(?:[a-z-]+\s+)?[a-z-]+s\s+(?:of|at|à|with)(?:\s+about)?|\s?[x×*]|\s+times)\s*$",
    re.IGNORECASE,
)
_AND = re.compile(r"[\s,]*(?:and|n|&|\+|plus|y|et|e|und|en)?\s*")
_PLUS = re.compile(r"(?:\s+each)?\s*,?\s*(?:plus|\+)\s+(?:the\s+|an?\s+)?", re.IGNORECASE)
_MILLISECONDS = re.compile(
    r"(?<![\w.,])(?P<number>[0-9]{5,9})\s?(?:ms|milliseconds)\b", re.IGNORECASE
)
_LESS = re.compile(r"\W{0,2}\s*(?:less|minus|but\s+without|save)\s+(?:the\s+)?", re.IGNORECASE)
_ISO = re.compile(
    r"(?<!\w)P(?=[0-9T])(?:[0-9]{1,4}D)?(?:T(?:[0-9]{1,6}(?:\.[0-9]{1,3})?[HMS]){1,3})?(?!\w)",
    re.IGNORECASE,
)
#: Parts of an hour or a day; halves, and quarters of an hour, have phrases of their own.
_ORDINALS = {
    **{3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"},
    **{12: "twelfth", 24: "twenty-fourth"},
}
_PHRASES: list[tuple[re.Pattern[str], Fraction]] = [
    (re.compile(pattern, re.IGNORECASE), Fraction(seconds))
    for pattern, seconds in [
        (rf"\b(?:{words})(?!\w)", seconds)
        for words, seconds in [
            (r"three[- ]quarters?\s+of\s+an?\s+hour|drei\s?viertel\s?stunden?", 2700),
            (r"three[- ]quarters?\s+of\s+an?\s+day", 64800),
            (r"(?:a\s+)?quarter\s+of\s+(?:an?\s+)?h(?:ou)?r|(?:a\s+)?quarter[- ]hour", 900),
            (r"(?:eine\s+)?viertelstunde|un quart d'heure|un cuarto de hora", 900),
            (r"(?:an?\s+|one\s+)?half[- ]?(?:an?[- ]|of\s+an?\s+)?h(?:ou)?rs?(?:'s)?", 1800),
            (r"(?:an?\s+|one\s+)?half\s+(?:an?\s+|of\s+an?\s+)?minutes?", 30),
            (r"(?:an?\s+|one\s+)?half\s+(?:an?\s+|of\s+an?\s+)?days?", 43200),
            (r"(?:eine\s+)?halbe\s+stunde|une?\s+demi[- ]heure|media\s+hora|mezz'?\s?ora", 1800),
            (r"pół\s+godziny", 1800),
            (r"półtorej\s+godziny", 5400),
            (r"meia\s+hora|een\s+half\s+uur|half\s+uur", 1800),
            (r"anderthalb\s+stunden|eineinhalb\s+stunden|anderhalf\s+uur", 5400),
            (r"zweieinhalb\s+stunden", 9000),
            (r"h(?:ou)?r\s+(?:and|n|'n'?|&)\s+a\s+half", 5400),
            (r"(?:a|the|this)\s+(?:next\s+|coming\s+|whole\s+)?fortnight", 1209600),
            (r"(?:the|this)\s+(?:next|coming|following)\s+hour", 3600),
            (r"(?<=for )(?:the|this)\s+(?:next|coming|whole)\s+week", 604800),
            *(
                (rf"{count}{part}{end}\s+of\s+an?\s+{unit}", times * size // by)
                for times, count, end in (
                    (1, r"(?:an?|one)\s+", r"(?:\s+part)?"),
                    (2, r"(?:two|2)[\s-]+", "s"),
                )
                for unit, size in (("h(?:ou)?r", 3600), ("day", 86400))
                for by, part in _ORDINALS.items()
            ),
        ]
    ]
]
#: Words that speak of time although no length could be read from them ("a few hours").
CUE = re.compile(
    r"\b(?:hours?|hrs?|minutes?|mins?|seconds?|secs?|days?|weeks?|stunden?|minuten?|horas?|"
    r"minut[ios]?|minutos|heures?|or[ae]|uur|uren|giorn[oi]|tage?n?|noche|nacht|tonight|overnight|"
    r"until|till|[0-9]{1,2}\s?[ap]m|weekend|kwartier|godzin\w*|dakika|saat|timer|timmar|phút|giờ)\b"
    r"|時間|分|小时|小時|分钟|分鐘|ساعة|घंटे|घंटा|час|минут|시간",
    re.IGNORECASE,
)
#: "make it 3", "no, ninety": a number that takes the place of a length and leaves its unit out.
_AGAIN = re.compile(
    r"(?:\b(?:(?:is|was|['’]s)\s+(?:far\s+|way\s+|much\s+)?too\s+(?:much|long|short|little|few|many)"
    r"|make\s+(?:it|that|this)|(?:change|set|raise|cut|shorten|extend)\s+(?:it|that|this)\s+to"
    r"|or\s+rather|rather|actually|no|wait|sorry|i\s+mean|i\s+meant|let['’]?s\s+(?:say|do)|better"
    r"|try|fine|ok(?:ay)?|well|then|so)\b[\s,:.…—–-]+|^\W*)(?:(?:just|only|for|to|at\s+least|more\s+like)\s+)?"
    rf"(?P<number>[0-9]{{1,3}}(?:[.,]5)?|{_ALONE})(?=\W*$|\s*[.,;!?)—–](?![0-9])"
    r"|\s+(?:instead|please|pls|then|rather|thanks|after\s+all|actually|sorry)\b)",
    re.IGNORECASE,
)
_A_DAY = 86400
A_MONTH = 28 * _A_DAY
_AND_NUMBER = re.compile(
    rf"(?:(?<![0-9.])[0-9]{{1,2}}|\b{_WORD})\s+and\s+$|\b(?:an|one)\s+$", re.IGNORECASE
)
_ISO_ADAPTER = TypeAdapter(timedelta)


def find_durations(text: str) -> list[Span]:
    """Lengths of time in `text`, left to right, never overlapping.

    Args:
        text: any text.

    Returns:
        Spans with whole seconds, which may be zero or far beyond any limit: judging them is the
        caller's business.
    """
    found: list[Span] = []
    for finder in (_from_to, _phrases, _worded, _compact, _clock, _iso, _field):
        for span in finder(text):
            if not any(span.start < other.end and other.start < span.end for other in found):
                found.append(span)
    joined = _merged(text, sorted(found), _joined)
    return _merged(text, [_repeated(text, span) for span in joined], _summed)


def find_again(text: str, said: str, most: int = 999) -> list[Span]:
    """Numbers that stand in place of a length said before and leave its unit out.

    Args:
        text: a turn.
        said: the length said before, as it was written.
        most: the largest number that is read so.

    Returns:
        Their lengths, in its unit or in the largest below that makes it at most a day: "2 hours",
        "make it 90".
    """
    sizes = [unit for unit in (3600, 60, 1) if unit <= _unit_of(said)]
    found = []
    for match in _AGAIN.finditer(text):
        number = _counted(match["number"])
        lengths = [_seconds(number * unit) for unit in sizes if 0 < number * unit <= _A_DAY]
        if lengths and number <= most:
            found.append(Span(*match.span("number"), lengths[0]))
    return found


def _unit_of(said: str) -> int:
    """Seconds in the unit of a length; a bare number is seconds."""
    if size := _smallest_unit(said):
        return size
    return 1 if said.isdecimal() else 3600 if "h" in said.lower() else 60


def _counted(number: str) -> Fraction:
    return _number(number, 60) if number[0].isdecimal() else Fraction(_WORDS.get(number.lower(), 0))


def _seconds(value: Fraction) -> int:
    return round(value)


def _from_to(text: str) -> Iterator[Span]:
    """The time between two times of day, which are told by a colon, an `h` or a half of the day."""
    for match in _FROM_TO.finditer(text):
        first, last = match[0][: match.start("hour2") - match.start()], match[0]
        told = _TOLD.search(last[len(first) :])
        worded = _BETWEEN.search(text[max(0, match.start() - 12) : match.start()])
        if not told or not (match["half2"] or worded or re.search(r"[:h]", first, re.IGNORECASE)):
            continue
        begin, end = _of_day(match, 1), _of_day(match, 2)
        if match["half2"] and not match["half1"]:
            # "3 to 5 pm", "11 to 1 pm": the latest beginning before the end.
            hour = int(match["hour1"])
            begin = max(
                (at for at in (begin, begin + 720) if at < end and hour <= 12), default=begin
            )
        turn = 720 if begin <= 780 and end <= 720 and not match["half1"] else 1440
        length = end - begin if end > begin else end + turn - begin
        yield Span(match.start(), match.end(), 60 * length)
    for match in (*_TO_FROM.finditer(text), *_NOW_TO.finditer(text)):
        if all(_TOLD.search(match[f"time{which}"]) for which in (1, 2)):
            length = (_of_day(match, 2) - _of_day(match, 1)) % 1440
            yield Span(match.start(), match.end(), 60 * length)


def _of_day(match: re.Match[str], which: int) -> int:
    """Minutes since midnight."""
    hour, half = int(match[f"hour{which}"]), (match[f"half{which}"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return 60 * hour + int(match[f"minute{which}"] or 0)


def _phrases(text: str) -> Iterator[Span]:
    for pattern, seconds in _PHRASES:
        for match in pattern.finditer(text):
            # "two and a half hours" belongs to the number before it.
            if not _AND_NUMBER.search(text[max(0, match.start() - 40) : match.start()]):
                yield Span(match.start(), match.end(), _seconds(seconds))


def _worded(text: str) -> Iterator[Span]:
    for match in _COMPONENT.finditer(text):
        if match["u3600"] in ("h", "H") and _is_time_of_day(text, match):
            continue
        size = next(int(name[1:]) for name, hit in match.groupdict().items() if _is_unit(name, hit))
        if match["word"] and size == 1 and match["word"].lower() in ("a", "one"):
            continue  # "a second opinion", "give me one second"
        if match["word"] and _RATE.search(text[max(0, match.start() - 30) : match.start()]):
            continue
        if match["word"] and match["word"].lower() == "another" and size not in (60, 3600):
            continue  # "another day"
        if number := match["number"]:
            value = _number(number, size)
        else:
            word = re.sub(r"\s+", " ", match["word"].lower())
            if word not in _WORDS:  # case folding is wider than lower case: "sıx", "ſix"
                continue
            value = Fraction(_WORDS[word])
            if match["hundreds"]:
                value += 100 * _WORDS.get(match["hundreds"].lower(), 0)
        for part in (match["prefixsize"], match["tailsize"]):
            if part:
                value += _SIZES.get(part.lower().replace("-", " "), Fraction(1, 2))
        bare = (match["bare"] or "0").lower()
        total = value * size + 60 * (int(bare) if bare.isdecimal() else _MINUTES.get(bare, 0))
        yield Span(match.start(), match.end(), _seconds(total))


def _is_unit(name: str, hit: str | None) -> bool:
    return hit is not None and name[0] == "u" and name[1:].isdigit()


def _is_time_of_day(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 12) : match.start()]
    return bool(_AT.search(before) or re.match(r"-[0-9]", text[match.end() :]))


def _number(text: str, unit: int) -> Fraction:
    # "3.600 Sekunden": nobody counts seconds in thousandths.
    thousands = r"[0-9]{1,3}([,' ’][0-9]{3})+" + (
        r"|[1-9][0-9]{0,2}\.[0-9]{3}" if unit == 1 else ""
    )
    if re.fullmatch(thousands, text):
        return Fraction(re.sub(r"[^0-9]", "", text))
    for sign, fraction in (("½", "1/2"), ("¼", "1/4"), ("¾", "3/4")):
        text = text.replace(sign, f" {fraction}")
    return sum((Fraction(part.replace(",", ".")) for part in text.split()), Fraction(0))


def _compact(text: str) -> Iterator[Span]:
    for match in _COMPACT.finditer(text):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        has_unit = match[1] or match[2] or (match[3] and match[4])
        if has_unit and not _AT.search(text[max(0, match.start() - 12) : match.start()]):
            total = 86400 * days + 3600 * hours + 60 * minutes + seconds
            yield Span(match.start(), match.end(), total)
    for match in _MINUTES_COMPACT.finditer(text):
        if match[0].endswith("'") and text[: match.start()].endswith(("=", "'")):
            continue  # 'duration=900': a quoted number
        yield Span(match.start(), match.end(), _seconds(60 * Fraction(match[1])))


def _clock(text: str) -> Iterator[Span]:
    for match in _CLOCK.finditer(text):
        # "at 10:30" is a time of day; a length has a unit or three parts.
        if match["unit"] or match[3]:
            first, second, third = (int(part or 0) for part in match.group(1, 2, 3))
            before = text[max(0, match.start() - 16) : match.start()]
            if not _AT.search(before) and not _DATE.search(before):
                yield Span(match.start(), match.end(), 3600 * first + 60 * second + third)


def _iso(text: str) -> Iterator[Span]:
    for match in _ISO.finditer(text):
        try:
            length = _ISO_ADAPTER.validate_python(match[0].upper())
        except ValidationError:
            continue
        yield Span(match.start(), match.end(), int(length.total_seconds()))


def _field(text: str) -> Iterator[Span]:
    for match in (*_FIELD.finditer(text), *_UNIT_FIELD.finditer(text)):
        size = {"m": 60, "h": 3600}.get((match["unit"] or "s")[0].lower(), 1)
        seconds = _seconds(size * Fraction(match["number"]))
        yield Span(match.start("number"), match.end("number"), seconds)
    for match in (*_MILLISECONDS_FIELD.finditer(text), *_MILLISECONDS.finditer(text)):
        yield Span(*match.span("number"), _seconds(Fraction(match["number"]) / 1000))


def _repeated(text: str, span: Span) -> Span:
    """With what it is to be multiplied by."""
    match = _TIMES.search(text[max(0, span.start - 48) : span.start])
    count = _counted(match["count"]) if match else Fraction(1)
    if not match or not 1 < count <= 48:
        return span
    return Span(span.start - len(match[0]), span.end, _seconds(count * span.seconds))


def _merged(
    text: str, spans: list[Span], total: Callable[[str, Span, Span], int | None]
) -> list[Span]:
    """Neighbours made one wherever `total` knows what they are together."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        seconds = total(text, last, span) if last else None
        if last is None or seconds is None:
            merged.append(span)
        else:
            merged[-1] = Span(last.start, span.end, seconds)
    return merged


def _joined(text: str, last: Span, span: Span) -> int | None:
    """Adjacent falling units are one length ("1 hour and 30 minutes"), and so is a difference."""
    between = text[last.end : span.start]
    if _AND.fullmatch(between):
        unit = _smallest_unit(text[last.start : last.end])
        # "once a month, 30 min" is two.
        if 0 < span.seconds < unit and (unit < A_MONTH or span.seconds >= _A_DAY):
            return last.seconds + span.seconds
    if span.seconds < last.seconds and _LESS.fullmatch(between):
        return last.seconds - span.seconds
    return None


def _summed(text: str, last: Span, span: Span) -> int | None:
    """What is added to a length: "two halves of 45 minutes plus the 15 minute break"."""
    added = _PLUS.fullmatch(text[last.end : span.start])
    return last.seconds + span.seconds if added else None


def _smallest_unit(text: str) -> int:
    units = re.findall(rf"(?<![A-Za-z]){_UNIT_ANY}", text, re.IGNORECASE)
    if not units:
        return 0
    last = units[-1].rstrip(".")
    return next(size for size, names in _UNITS.items() if re.fullmatch(names, last, re.IGNORECASE))
