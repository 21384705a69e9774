"""What operators and telephones do for people besides quality on demand.

CAMARA's other APIs (SMS, location, SIM swap, slices, number verification, …) are asked for with the
same numbers and addresses. A turn that begins by asking for one of them is no matter for this API,
and nothing but `decline` is on offer.
"""

import re

#: What may stand before the request itself.
_POLITE = (
    r"\W*(?:(?:hi|hey|hello|please|pls|plz|kindly|can|could|would|will|you|u|i|we|want|need|to|just|ok|okay"
    r"|so|now|then|actually|and|instead|also)\b\W*)*"
)
_REQUESTS = (
    r"(?:send|write|shoot)\s+(?:(?!the\b|my\b|your\b)\w+\s+){0,2}?(?:sms|text(?:\s+message)?|e-?mail|whatsapp)\b",
    r"(?:text|sms|e-?mail)\s+(?:\+|00|my|him|her|them|mum|mom|dad)(?!.*\b(?:when|once|if)\b)",
    r"(?:run|do|start|perform|make)\s+(?:me\s+)?(?:an?|another)\s+(?:quick\s+)?speed\s?test\b",
    r"how\s+(?:many|much)\s+(?:gigs?|gb|gigabytes?|mb|data|credit|balance)\b.*\b(?:left|remain\w*|used?)\b",
    r"(?:reserve|book|order|create|allocate|set\s+up)\s+(?:\w+\s+){0,2}slice\b",
    r"(?:where\s+(?:is|are)|locate|geolocate|track\s+down)\s+(?:the\s+|my\s+)?(?:device|phone|handset|sim|number)\b",
    r"(?:check|verify|confirm|tell|has|was|did)\b[^.;!?\n]*\bsim\b[^.;!?\n]*\b(?:swap\w*|chang\w*|replac\w*)",
    r"(?:verify|validate)\s+(?:that\s+)?(?:the\s+|my\s+|this\s+)?(?:phone\s+)?number\b",
    r"(?:activate|enable|turn\s+on|switch\s+on|turn\s+off|disable|set\s+up)\s+(?:\w+\s+){0,2}"
    r"(?:roaming|voicemail|call\s+forwarding|esim)\b",
    r"(?:kick|log)\s+[^.;!?\n]*\b(?:ssh|rdp|vpn)\b",
)
_ASKED = re.compile(rf"{_POLITE}(?:{'|'.join(_REQUESTS)})", re.IGNORECASE)


def asks_for_another(text: str) -> bool:
    """Whether a turn begins by asking for something that other APIs are for."""
    return bool(_ASKED.match(text))
