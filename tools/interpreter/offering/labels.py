"""Labels that stand for mentions, in the prompt and in the answer.

The model points, it does not copy: identifiers never reach it. An address that was written twice
has one label.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Generic, TypeVar

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Invalid,
    Length,
    Mention,
    Moment,
    Number,
    Phone,
    Ports,
    ProfileName,
    SessionId,
    Sink,
)

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: RFC 1918, and RFC 6598 (carrier-grade NAT).
_PRIVATE = [
    IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]


M = TypeVar("M", bound=Mention)


@dataclass(frozen=True)
class Labelled(Generic[M]):
    """A label with what it stands for: a session of the API's, or mentions of one value."""

    label: str
    value: M
    known: bool = False


class Labels:
    """The labels of a conversation, known sessions first, then in the order of the text."""

    def __init__(self, context: Context) -> None:
        sessions = [SessionId(-1, 0, 0, uuid) for uuid in context.sessions.ids]
        self._by_key: dict[Hashable, Labelled[Any]] = {}
        for item in (*sessions, *context.mentions):
            key = _key(item)
            if key not in self._by_key:
                self._by_key[key] = Labelled(_name(len(self._by_key)), item, item.turn < 0)
            elif not self._by_key[key].known:
                # The newest mention stands for the value: what it says of itself counts.
                self._by_key[key] = Labelled(self._by_key[key].label, item)

    def __iter__(self) -> Iterator[Labelled[Any]]:
        return iter(self._by_key.values())

    def of(self, item: Mention) -> str:
        """The label of a mention."""
        return self._by_key[_key(item)].label

    def of_kind(self, kind: type[M]) -> list[Labelled[M]]:
        """Those of one kind."""
        return [one for one in self._by_key.values() if isinstance(one.value, kind)]


def is_private(item: Address) -> bool:
    """Whether an address is of a private range or of carrier-grade NAT."""
    return isinstance(item.ip, IPv4Address) and any(item.ip in net for net in _PRIVATE)


def kind_name(item: Mention) -> str:
    """What the model is told of a mention that it does not see."""
    match item:
        case Address(prefix=int()):
            return "net"
        case Address(ip=IPv4Address(), port=port):
            return f"{'lan' if is_private(item) else 'ip'}{'' if port is None else ':port'}"
        case Address(port=port):
            return "ip6" if port is None else "ip6:port"
        case Phone():
            return "phone"
        case SessionId():
            return "id"
        case Sink():
            return "link"
        case Invalid(fields=("device",)):
            return "no phone"
        case Invalid(fields=("sink",)):
            return "no link"
        case Invalid(fields=fields) if "device" in fields:
            return "no ip"
        case _:
            return "no net"


def _name(place: int) -> str:
    """A, B … Z, then AA, AB …: capitals only, so that no label has a digit."""
    high, low = divmod(place, len(_LETTERS))
    return (_name(high - 1) if high else "") + _LETTERS[low]


def _key(item: Mention) -> Hashable:
    match item:
        case Address():
            return ("address", item.text, item.port)
        case Phone():
            return ("phone", item.number)
        case SessionId():
            return ("id", item.uuid)
        case Sink():
            return ("sink", item.url)
        case ProfileName():
            return ("profile", item.name)
        case Ports():
            return ("ports", item.ports, item.ranges)
        case Length():
            return ("length", item.seconds, item.total, item.until)
        case Invalid():
            return ("invalid", item.reason)
        case Number() | Moment():
            return item
        case _:
            raise TypeError(f"no label for a {type(item).__name__}")
