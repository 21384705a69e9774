"""What is answered where nothing is asked of this API: by what the turn is instead."""

from camara_qod.tools.catalogue import NEED_MEANINGS, Catalogue, CatalogueProfile
from camara_qod.tools.interpreter.decision import Refusal
from camara_qod.tools.wording import listed, spoken

_START = (
    "Say which device, what it is for, and for how long, such as "
    '"low latency for gaming on +… for an hour".'
)
_REST = "I can also list, extend and end sessions, and tell what a profile offers."
_AGAIN = "Whenever you need a better connection, say which device, what for, and for how long."
_OPENINGS = {
    Refusal.GREETING: "Hello! I can help with the connection of a device.",
    Refusal.THANKS: "You are welcome.",
    Refusal.STOP: "All right, nothing is done.",
    Refusal.QUESTION: "I ask the network for a better connection of a device, for a limited time.",
    Refusal.OTHER: "That is not for me: what I can help with is the connection of a device.",
}
_DEVICES = "A device is known by its phone number, or by its IP address."
_OPERATOR = "What else there is to know, such as prices, your operator can tell."


def reply(
    refusal: Refusal | None = None, catalogue: Catalogue | None = None, *, again: bool = False
) -> str:
    """A sentence that fits the turn, and what can be done here.

    But for the answer to a question it holds no address and no number: what a tool answers, an
    agent may take for given.

    Args:
        refusal: what the turn is; by default something else.
        catalogue: the operator's; without it no profile is named.
        again: what can be done here was told just before.
    """
    refusal = refusal or Refusal.OTHER
    return " ".join([_OPENINGS[refusal], *_rest(refusal, catalogue, again)])


def told(text: str) -> bool:
    """Whether a text says what can be done here."""
    return _START in text or text.endswith(_AGAIN)


def _rest(refusal: Refusal, catalogue: Catalogue | None, again: bool) -> list[str]:
    served = [serving[0] for serving in catalogue.needs.values()] if catalogue else []
    match refusal:
        case Refusal.QUESTION:
            return [*_profiles(served, limits=True), _DEVICES, _START, _REST, _OPERATOR]
        case Refusal.GREETING | Refusal.OTHER if not again:
            return [_START, *_profiles(served), _REST]
        case _:
            return [_AGAIN]


def _profiles(served: list[CatalogueProfile], *, limits: bool = False) -> list[str]:
    """The profile that is preferred for each need that can be served."""
    if not served:
        return []
    parts = [f"{profile.name} ({_about(profile, limits)})" for profile in served]
    return [f"The profile{'s are' if parts[1:] else ' is'} {listed(parts)}."]


def _about(profile: CatalogueProfile, limits: bool) -> str:
    uses = NEED_MEANINGS[profile.serves] if profile.serves else ""
    low, high = profile.limits
    return f"{uses}; {spoken(low)} to {spoken(high)}" if limits else uses
