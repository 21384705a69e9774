"""Where the identifiers of a conversation come from.

A text is read (`reading`) into identifiers of five kinds: hosts, links, e-mail addresses, codes and
long numbers. `Evidence` tells whether one has a source, and `messages` says which texts of a
conversation are sources: what the human wrote, and what tools returned that they were not told.
"""

from camara_qod.tools.evidence.evidence import Evidence, Source
from camara_qod.tools.evidence.identifiers import Code, Host, Identifier, Link, Mail, Number
from camara_qod.tools.evidence.messages import (
    REFUSED,
    REVIEWED,
    evidence,
    identifiers,
    is_human,
    leaves,
    named_in,
    passed_on,
)

__all__ = [
    "REFUSED",
    "REVIEWED",
    "Code",
    "Evidence",
    "Host",
    "Identifier",
    "Link",
    "Mail",
    "Number",
    "Source",
    "evidence",
    "identifiers",
    "is_human",
    "leaves",
    "named_in",
    "passed_on",
]
