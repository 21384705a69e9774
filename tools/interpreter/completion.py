"""How a choice becomes a complete decision: defaults, questions, the operator's names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from camara_qod.tools.catalogue import NEED_MEANINGS, CatalogueProfile, Need
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import (
    CLARIFY,
    Assumption,
    Completed,
    Decision,
    Question,
)
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Invalid,
    Phone,
    Ports,
    ProfileName,
    Sink,
)

Note = Assumption | Question


def finish(operation: str, arguments: Mapping[str, Any], notes: Iterable[Note]) -> Completed:
    """The decision, or the question where something is missing.

    Args:
        operation: operationId.
        arguments: complete once `notes` is exhausted.
        notes: what the steps assumed and asked, in the order of the arguments.
    """
    found = list(notes)
    assumptions = tuple(note for note in found if isinstance(note, Assumption))
    questions = tuple(note for note in found if isinstance(note, Question))
    if questions:
        missing = [question.argument for question in questions]
        return Completed(Decision(CLARIFY, {"missing": missing}), assumptions, questions)
    return Completed(Decision(operation, dict(arguments)), assumptions)


def device_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    """The configured device where none was chosen, else a question."""
    device = body.get("device")
    default = context.settings.default_device
    if device is None and (wrong := unreadable(context, "device")):
        yield Question("device", with_reasons(wrong, _ASK_DEVICE))
    elif device is None and default is not None:
        body["device"] = default.wire()
        yield Assumption("device", body["device"], "the configured default device")
    elif device is None:
        yield Question("device", _ASK_DEVICE)
    elif _same_address_twice(device):
        address = device["ipv4Address"]["publicAddress"]
        if context.settings.bare_ipv4 == "ask":
            yield Question(
                "device",
                f"{address} alone does not identify a device: which public port or private "
                "address belongs to it?",
            )
        else:
            reason = "no NAT assumed, as no port was given"
            yield Assumption("device", device, reason)


_ASK_DEVICE = (
    "Which device? Give its phone number with country code, its IPv6 address, or its IPv4 address."
)


def _same_address_twice(device: dict[str, Any]) -> bool:
    address = device.get("ipv4Address", {})
    return "publicAddress" in address and (
        address["publicAddress"] == address.get("privateAddress") and "publicPort" not in address
    )


def profile_question(argument: str, value: str | None, context: Context) -> Iterator[Question]:
    """What to ask where the chosen profile is none that the operator has."""
    if chosen_profile(value, context) is not None:
        return
    unknown = [
        item.name
        for item in context.mentions.of(ProfileName)
        if not item.known and item.turn == len(context.messages) - 1
    ]
    start = f"{unknown[-1]} is not a profile of this operator. " if unknown else ""
    if value is not None:
        start = f"No profile of this operator is meant for {NEED_MEANINGS[Need(value)]}. "
    ask = "What is it for?" if argument == "qosProfile" else "Which one?"
    yield Question(argument, f"{start}{ask} The profiles are {profile_names(context)}.")


def profile_names(context: Context) -> str:
    """The profiles in service, for a person to choose from."""
    return ", ".join(
        f"{item.name} ({item.description})" if item.description else item.name
        for item in context.catalogue.active
    )


def chosen_profile(
    value: str | None, context: Context, duration: int | None = None
) -> CatalogueProfile | None:
    """A name that the user wrote is that profile; anything else is one of the four needs.

    Where several profiles serve a need, the first of the catalogue that allows the duration.
    """
    if value is None:
        return None
    written = {item.name for item in context.mentions.of(ProfileName) if item.known}
    if value in written:
        return context.catalogue.get(value)
    serving = context.catalogue.needs.get(Need(value), [])
    allowing = [item for item in serving if duration is None or item.allows(duration)]
    return next(iter([*allowing, *serving]), None)


def unreadable(context: Context, argument: str) -> list[Invalid]:
    """What was written for an argument and could not be read, unless a later turn put it right."""
    kinds = Sink if argument == "sink" else Address | Phone | Ports
    readable = [item for item in context.mentions.items if isinstance(item, kinds)]
    latest = max((item.turn for item in readable), default=0)
    return [
        item
        for item in context.mentions.of(Invalid)
        if argument in item.fields and item.turn >= latest
    ]


def with_reasons(invalid: Iterable[Invalid], question: str) -> str:
    """A question behind the reasons why what was written could not be used."""
    reasons = dict.fromkeys(f"{item.reason}." for item in invalid)
    return " ".join([*reasons, question])
