"""What a conversation offers: the grammar of the answer, and what each answer stands for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.offering import ends, values
from camara_qod.tools.interpreter.offering.choice import JOINT, Choice
from camara_qod.tools.interpreter.offering.labels import Labels
from camara_qod.tools.interpreter.offering.schema import decision_schema, narrowed, wire_names
from camara_qod.tools.interpreter.operations import ARGUMENTS
from camara_qod.tools.interpreter.reading.mention import Mention

#: The arguments of `createSession` that are left out where nothing can stand in them.
_OPTIONAL = ("devicePorts", "applicationServerPorts", "sink")

#: What may be written for each argument.
_Texts = dict[str, list[str | None]]


@dataclass(frozen=True)
class Pointed:
    """What an answer stands for: values on the wire, `null` for what was not said.

    `mentions` are what was pointed at, by argument: also where it cannot be used.
    """

    decision: Decision
    mentions: Mapping[str, tuple[Mention, ...]]


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
            return decision_schema({})
        return decision_schema(
            {
                operation: [
                    narrowed(ARGUMENTS[operation], texts) for texts in self._alternatives(operation)
                ]
                for operation in ARGUMENTS
            }
        )

    def choices(self, operation: str) -> dict[str, Sequence[Choice]]:
        """What may stand in each argument of an operation, but for `null`."""
        return {
            name: self._choices[name]
            for name in wire_names(ARGUMENTS[operation])
            if name in self._choices
        }

    def pointed(self, answer: Decision) -> Pointed:
        """What an answer under the schema stands for."""
        found: dict[str, Choice] = {}
        if answer.operation != DECLINE:
            for name, some in self.choices(answer.operation).items():
                if answer.arguments.get(name) is not None:
                    by_text = {item.text: item for item in some}
                    found[name] = by_text[answer.arguments[name]]
        arguments = {
            name: found[name].value if name in found else None for name in answer.arguments
        }
        mentions = {name: item.mentions for name, item in found.items()}
        return Pointed(Decision(answer.operation, arguments), mentions)

    def _alternatives(self, operation: str) -> list[_Texts]:
        """One for each device where there is a server too: one address is not both ends."""
        offered = {
            name: some
            for name, some in self.choices(operation).items()
            if some or name not in _OPTIONAL
        }
        together = {name: _texts(some) for name, some in offered.items()}
        devices, servers = offered.get("device", ()), offered.get("applicationServer", ())
        if not devices or not servers or len(devices) * len(servers) > ends.MOST**2:
            return [together]
        apart = [together | _beside(device, offered) for device in devices]
        return [*apart, together | {"device": [None]}]


def _texts(some: Iterable[Choice]) -> list[str | None]:
    """What may be written, likelier things first."""
    found = list(some)
    unread = [item.text for item in found if item is values.UNREAD]
    return [*(item.text for item in found if item is not values.UNREAD), None, *unread]


def _beside(device: Choice, offered: Mapping[str, Sequence[Choice]]) -> _Texts:
    """A device, and of the other end and the ports what has no mention of it."""
    taken = set(device.text.split(JOINT))
    alone: _Texts = {"device": [device.text]}
    return alone | {
        name: _texts(item for item in offered[name] if taken.isdisjoint(item.text.split(JOINT)))
        for name in ("applicationServer", "devicePorts", "applicationServerPorts")
        if name in offered
    }


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
