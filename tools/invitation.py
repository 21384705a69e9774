"""What is answered where nothing is asked of this API: by what the turn is instead."""

from camara_qod.tools.catalogue import NEED_MEANINGS, Catalogue, CatalogueProfile
from camara_qod.tools.interpreter.decision import Aside
from camara_qod.tools.wording import limits_text, listed

_START = (
    "Say which device, what it is for, and for how long, such as "
    '"low latency for gaming on +… for an hour".'
)
_REST = "I can also list, extend and end sessions, and tell what a profile offers."
_AGAIN = "Whenever you need a better connection, say which device, what for, and for how long."
_OPENINGS = {
    Aside.GREETING: "Hello! I can help with the connection of a device.",
    Aside.THANKS: "You are welcome.",
    Aside.STOP: "All right, nothing is done.",
    Aside.QUESTION: "I ask the network for a better connection of a device, for a limited time.",
    Aside.OTHER: "That is not for me: what I can help with is the connection of a device.",
}
_NO_NAT = (
    '"No NAT" means that an IP address is taken as the device\'s own; where other devices share '
    "it, give the port too."
)
_OPERATOR = "What else there is to know, such as prices, your operator can tell."


def reply(
    aside: Aside | None = None, catalogue: Catalogue | None = None, *, again: bool = False
) -> str:
    """A sentence that fits the turn, and what can be done here.

    But for the answer to a question it holds no address and no number: what a tool answers, an
    agent may take for given.

    Args:
        aside: what the turn is; by default something else.
        catalogue: the operator's; without it no profile is named.
        again: what can be done here was told before.
    """
    aside = aside or Aside.OTHER
    return " ".join([_OPENINGS[aside], *_rest(aside, catalogue, again)])


def told(text: str) -> bool:
    """Whether a text says in full what can be done here."""
    return _START in text


def _rest(aside: Aside, catalogue: Catalogue | None, again: bool) -> list[str]:
    served = [serving[0] for serving in catalogue.needs.values()] if catalogue else []
    match aside:
        case Aside.QUESTION:
            return [*_profiles(served, limits=True), _NO_NAT, _START, _OPERATOR]
        case Aside.GREETING | Aside.OTHER if not again:
            return [_START, *_profiles(served), _REST]
        case _:
            return [_AGAIN]


def _profiles(served: list[CatalogueProfile], *, limits: bool = False) -> list[str]:
    """The profile that is preferred for each need that can be served, and its limits."""
    if not served:
        return []
    told = {limits_text(profile) for profile in served} if limits else {""}
    same = told.pop() if len(told) == 1 else None  # what all have in common is said once
    parts = [f"{profile.name} ({_about(profile, same is None)})" for profile in served]
    many = len(parts) > 1
    text = f"The profile{'s' * many}{', by what each is best for,' * (limits and many)}"
    each = f", {'each ' * many}{same}" if same else ""
    return [f"{text} {'are' if many else 'is'} {listed(parts)}{each}."]


def _about(profile: CatalogueProfile, limits: bool) -> str:
    uses = NEED_MEANINGS[profile.serves] if profile.serves else ""
    return "; ".join(filter(None, [uses, limits_text(profile) if limits else ""]))
