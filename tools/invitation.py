"""What is answered where nothing is asked of this API.

It fits a greeting as well as a thank-you, a no and a question near or far from the matter, for the
decision does not tell which of them it was.
"""

from camara_qod.tools.catalogue import NEED_MEANINGS, Catalogue
from camara_qod.tools.wording import listed

_START = (
    "Happy to help with the connection of a device, which is what I can do here: say which device, "
    'what it is for, and for how long, such as "low latency for gaming on +… for an hour".'
)
_END = "I can also list, extend and end sessions, and tell what a profile offers."
#: The same in short, for one who was told just before.
INVITATION_AGAIN = (
    "Whenever you need a better connection, say which device, what for, and for how long."
)


def invitation(catalogue: Catalogue | None = None) -> str:
    """What can be done here, and what the profiles are for.

    It holds no address and no number: what a tool answers, an agent may take for given.

    Args:
        catalogue: the operator's; without it no profile is named.
    """
    return " ".join(filter(None, [_START, _profiles(catalogue), _END]))


def _profiles(catalogue: Catalogue | None) -> str:
    """The profile that is preferred for each need that can be served."""
    served = catalogue.needs.items() if catalogue else ()
    told = [f"{serving[0].name} ({NEED_MEANINGS[need]})" for need, serving in served]
    return f"The profile{'s are' if told[1:] else ' is'} {listed(told)}." if told else ""
