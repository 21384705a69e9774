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
a about above activate activated activation actually add allocate d e enable establish f grant h initiate k launch m n p q re trigger w z add address addresses again all also am an and another any app
application applicationserver are arrange as asap ask at available be because been begin better
book booking boost both but by c can cell client com connection connectivity could create
createsession current date day days de dear default demand description dest destination details
device deviceports devices did do does don done duration each eg either else en end endpoint
enough enter even every exactly extra fine first for forms from full fully fyi g get getting
gimme give go good got great had half handset has have having he hello help here hers hey hi him
his host hour hours how hr hrs i id identified identifier if im immediately improve improved in
individual info into ip ips ipv is isn it its just kind kindly know last later least length let
lets like line link list ll long longer look made make making may me mean means meant message
might min mine mins minute minutes mobile modem more msisdn much must my name named need needed
needs network new next no none not note now number numbers of off ok okay on one ones only open
operation operator or order other our out over own part per period phone phonenumber phones
please pls port ports possible prefer premium prepare prioritise prioritize priority private
privateaddress profile profiles provide provision public publicaddress publicport purpose qod
qos qosprofile quality question range ready really regards register request requested requesting
require required requires reservation reserve run s same say sec seconds secs send server
serverport servers service session sessions set setup she should sim sir smartphone so some
somebody someone something source spare specify standard start starting still sub subnet
subscriber such sure t take takes talking tcp tel tell than thank thanks that the their them
then there these they thing this those through thx time to today together total towards turn two
type u udp ue under until up upgrade us use used user uses using usual v ve very via visit want
wanted wants was we well were what when where which whole will wish with within without won
would x y ye yes yet you your yours
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())


def use_stated(context: Context) -> bool:
    """Whether some word of the conversation may tell what the session is for."""
    return any(
        word.lower() not in _GENERIC
        for turn in range(len(context.messages))
        for word in _WORD.findall(context.rest(turn))
    )
