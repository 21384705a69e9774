"""Whether anything was said about what a session is for.

The profile is the one choice that is not grounded in an identifier. Where a conversation, beside
its identifiers and lengths, has none but words of asking ("I need a QoD session for … please"), no
need has a source in it, and none may be chosen.
"""

import re

from camara_qod.tools.interpreter.context import Context

_WORD = re.compile(r"[^\W\d_]+")
#: Words that say nothing about a use. Whatever is not among them may say something.
_GENERIC_WORDS = """
a about above activate activated activation actually add address addresses again all allocate also
am an and another any app application applicationserver are arrange as asap ask at available be
because been begin better book booking boost both but by c can cell client com connection
connectivity could create createsession current d date day days de dear default demand description
dest destination details device deviceports devices did do does don done duration e each eg either
else en enable end endpoint enough enter establish even every exactly extra f fine first for forms
from full fully fyi g get getting gimme give go good got grant great h had half handset has have
having he hello help here hers hey hi him his host hour hours how hr hrs i id identified
identifier if im immediately improve improved in individual info initiate into ip ips ipv is isn
it its just k kind kindly know last later launch least length let lets like line link list ll long
longer look m made make making may me mean means meant message might min mine mins minute minutes
mobile modem more msisdn much must my n name named need needed needs network new next no none not
note now number numbers of off ok okay on one ones only open operation operator or order other our
out over own p part per period phone phonenumber phones please pls port ports possible prefer
premium prepare prioritise prioritize priority private privateaddress profile profiles provide
provision public publicaddress publicport purpose q qod qos qosprofile quality question range re
ready really regards register request requested requesting require required requires reservation
reserve run s same say sec seconds secs send server serverport servers service session sessions
set setup she should sim sir smartphone so some somebody someone something source spare specify
standard start starting still sub subnet subscriber such sure t take takes talking tcp tel tell
than thank thanks that the their them then there these they thing this those through thx time to
today together total towards trigger turn two type u udp ue under until up upgrade us use used
user uses using usual v ve very via visit w want wanted wants was we well were what when where
which whole will wish with within without won would x y ye yes yet you your yours z
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())


def use_stated(context: Context) -> bool:
    """Whether some word of the conversation may tell what the session is for."""
    return any(map(tells_a_use, context.rests))


def tells_a_use(rest: str) -> bool:
    """Whether some word of a turn without its mentions may tell what a session is for."""
    return any(word.lower() not in _GENERIC for word in _WORD.findall(rest))
