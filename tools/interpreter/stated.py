"""Whether anything was said about what a session is for.

The profile is the one choice that is not grounded in an identifier. Where a conversation, beside
its identifiers and lengths, has none but words of asking ("I need a QoD session for … please"), no
need has a source in it, and none may be chosen.
"""

import re

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.meant import without_orders

_WORD = re.compile(r"[^\W\d_]+")
#: Words that say nothing about a use. Whatever is not among them may say something.
_GENERIC_WORDS = """
a about above activate activated activation actually add address addresses again against all
allocate also although am an and another any app application applicationserver are arrange as asap
ask at available away be because been begin better between book booking boost both but by c can
cell client com connection connectivity could create createsession current d date day days de dear
default demand description dest destination details device deviceports devices did do does don
done duration during e each eg either else en enable end endpoint enough enter establish even
every exactly extra f fine first for forms from full fully fyi g get getting gimme give go good
got grant great h had half handset has have having he hello help hence here hers hey hi him his
host hour hours how however hr hrs i id identified identifier if im immediately improve improved
in individual info initiate instantly into ip ips ipv is isn it its json just k kind kindly know
last lasting later launch least length let lets like line link list ll long longer look m made
make making may me mean means meant meanwhile message might min mine mins minute minutes mobile
modem more msisdn much must my n name named need needed needs network new next no none not note
now number numbers of off ok okay on one ones only onto open operation operator or order other our
out over own p part per period phone phonenumber phones please pls port ports possible prefer
premium prepare prioritise prioritize priority private privateaddress profile profiles promptly
provide provision public publicaddress publicport purpose q qod qos qosprofile quality question
range re ready really regards register request requested requesting require required requires
reservation reserve right run s same say sec seconds secs send server serverport servers service
session sessions set setup she shortly should sim sir smartphone so some somebody someone
something soon source spare specify standard start starting still straight sub subnet subscriber
such sure t take takes talking tcp tel tell than thank thanks that the their them then there
therefore these they thing this those though through thus thx time to today together total toward
towards trigger turn two type u udp ue under until up upgrade upon urgent urgently us use used
user uses using usual v ve very via visit w want wanted wants was we well were what when where
which while whilst whole will wish with within without won would x y ye yes yet you your yours z
"""
#: What the API has no field for, and its value: "label 'VIP'", `"tags":["a","b"]`.
_NO_FIELD = re.compile(
    r"\b(?:priority|label|tags?|name|bandwidth(?:_?\w*)?|comment|ref(?:erence)?|colou?r)[\"']?\s*[:=]?\s*"
    r"(?:\"[^\"\n]*\"|'[^'\n]*'|\[[^\]\n]*\]|[0-9]+\w*)",
    re.IGNORECASE,
)
_GENERIC = frozenset(_GENERIC_WORDS.split())


def use_stated(context: Context) -> bool:
    """Whether some word of the conversation may tell what the session is for."""
    return any(map(tells_a_use, context.rests))


def tells_a_use(rest: str) -> bool:
    """Whether some word of a turn without its mentions may tell what a session is for."""
    text = _NO_FIELD.sub(" ", without_orders(rest))
    return any(word.lower() not in _GENERIC for word in _WORD.findall(text))
