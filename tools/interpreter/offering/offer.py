"""What a conversation offers: the grammar of the answer, and what each answer stands for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE, Aside, Decision
from camara_qod.tools.interpreter.offering import ends, values
from camara_qod.tools.interpreter.offering.choice import JOINT, Choice
from camara_qod.tools.interpreter.offering.labels import Labels
from camara_qod.tools.interpreter.offering.notation import KIND
from camara_qod.tools.interpreter.offering.schema import (
    SILENCE,
    Texts,
    decision_schema,
    wire_names,
)
from camara_qod.tools.interpreter.operations import ARGUMENTS
from camara_qod.tools.interpreter.reading.mention import Mention

#: The arguments of `createSession` that are left out where nothing can stand in them.
_OPTIONAL = ("devicePorts", "applicationServerPorts", "sink")


@dataclass(frozen=True)
class Pointed:
    """What an answer stands for: values on the wire, `null` for what was not said.

    `mentions` are what was pointed at, by argument: also where it cannot be used. `aside` is what
    a turn is that asks for no call.
    """

    decision: Decision
    mentions: Mapping[str, tuple[Mention, ...]]
    aside: Aside | None = None


class Offer:
    """What may be decided for a conversation.

    Args:
        context: the conversation.
    """

    def __init__(self, context: Context) -> None:
        self.labels = Labels(context)
        self._context = context
        self._choices = _choices(context, self.labels)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The decode schema: labels in the places that their kinds allow, structure, nothing else.

        A conversation in which nothing was said can only be declined.
        """
        if self._context.blank:
            return decision_schema({}, SILENCE)
        return decision_schema({name: self.alternatives(name) for name in ARGUMENTS})

    def choices(self, operation: str) -> dict[str, Sequence[Choice]]:
        """What may stand in each argument of an operation, where something was said."""
        return {
            name: self._choices[name]
            for name in wire_names(ARGUMENTS[operation])
            if name in self._choices
        }

    def pointed(self, answer: Decision) -> Pointed:
        """What an answer under the schema stands for."""
        if answer.operation == DECLINE:
            return Pointed(Decision(DECLINE), {}, Aside(answer.arguments[KIND]))
        offered = self.choices(answer.operation)
        found: dict[str, Choice] = {}
        for name, some in offered.items():
            if answer.arguments.get(name) is not None:
                by_text = {item.text: item for item in some}
                found[name] = by_text[answer.arguments[name]]
        # What could only be left out was not written.
        arguments = {
            name: found[name].value if name in found else None
            for name in offered
            if name in answer.arguments or name not in _OPTIONAL
        }
        mentions = {name: item.mentions for name, item in found.items()}
        return Pointed(Decision(answer.operation, arguments), mentions)

    def alternatives(self, operation: str) -> list[Texts]:
        """What may be written for an operation.

        One for each device where there is a server too: one address is not both ends. An argument
        that nothing can stand in is not written.
        """
        offered = {name: some for name, some in self.choices(operation).items() if some}
        together = {name: _texts(some) for name, some in offered.items()}
        devices, servers = offered.get("device", ()), offered.get("applicationServer", ())
        if not devices or not servers or len(devices) * len(servers) > ends.MOST**2:
            return [together]
        apart = [_beside(device, together, offered) for device in devices]
        return [*apart, {**together, "device": [None]}]


def _texts(some: Iterable[Choice]) -> list[str | None]:
    """What may be written, likelier things first."""
    found = list(some)
    unread = [item.text for item in found if item is values.UNREAD]
    return [*(item.text for item in found if item is not values.UNREAD), None, *unread]


def _beside(device: Choice, together: Texts, offered: Mapping[str, Sequence[Choice]]) -> Texts:
    """A device, and of the other end and the ports what has no mention of it."""
    taken = set(device.text.split(JOINT))
    apart = {
        name: [item for item in offered[name] if taken.isdisjoint(item.text.split(JOINT))]
        for name in ("applicationServer", "devicePorts", "applicationServerPorts")
        if name in offered
    }
    texts = {**together, "device": [device.text]}
    texts |= {name: _texts(some) for name, some in apart.items()}
    return {name: some for name, some in texts.items() if apart.get(name, True)}


def _choices(context: Context, labels: Labels) -> dict[str, Sequence[Choice]]:
    lengths, ports = values.lengths(context, labels), ends.ports(labels)
    return {
        "device": ends.devices(labels),
        "applicationServer": ends.servers(labels),
        "devicePorts": ports,
        "applicationServerPorts": ports,
        "qosProfile": values.profiles(labels),
        "duration": [*lengths, values.UNREAD],
        "sink": values.sinks(labels),
        "sessionId": values.sessions(labels),
        "requestedAdditionalDuration": lengths,
        "name": values.profiles(labels),
    }
