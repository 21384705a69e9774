"""Both ends of the connection, and their ports."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from camara_qod.tools.interpreter.completing.draft import Draft, Note, asking
from camara_qod.tools.interpreter.decision import Assumption, Question
from camara_qod.tools.interpreter.offering.ends import joined
from camara_qod.tools.interpreter.reading.mention import Address, Ports

_IDENTIFIERS = "its phone number with country code, its IPv6 address, or its IPv4 address."
_ASK_DEVICE = f"Which device? Give {_IDENTIFIERS}"
#: Where sessions are listed, and those that are known stand beside it or have ended.
_ASK_OWNER = f"For those of a device, give {_IDENTIFIERS}"
_ALL_ENDED = "None of the sessions in this conversation is left."
_ASK_SERVER = "Which application server does the device talk to? Give its IPv4 or IPv6 address."
_ASK_PORTS = {
    "devicePorts": "Which ports of the device?",
    "applicationServerPorts": "Which ports of the application server?",
}


def device_step(draft: Draft, ask: str = _ASK_DEVICE) -> Iterator[Note]:
    """The configured device where none was meant, else a question."""
    device, default = draft.body.get("device"), draft.context.settings.default_device
    wrong = draft.wrong("device")
    if device is None and default is not None and not wrong:
        draft.body["device"] = default.wire()
        yield Assumption("device", draft.body["device"], "the configured default device")
    elif device is None:
        yield asking("device", wrong, ask)
    elif _same_address_twice(device):
        yield _bare(device, draft)


def owner_step(draft: Draft) -> Iterator[Note]:
    """The device whose sessions are listed; those that are known come beside the question."""
    sessions = draft.context.sessions
    known, ask = sessions.ids, _ASK_OWNER if sessions.ids else _ASK_DEVICE
    if sessions.times and not known:
        ask = f"{_ALL_ENDED} {_ASK_OWNER}"
    for note in device_step(draft, ask):
        yield replace(note, choices=known) if isinstance(note, Question) else note


def _bare(device: dict[str, Any], draft: Draft) -> Note:
    """One IPv4 address and nothing beside it."""
    if draft.context.settings.bare_ipv4 == "ask":
        address = device["ipv4Address"]["publicAddress"]
        return Question(
            "device",
            f"{address} alone does not identify a device: which public port or private address "
            "belongs to it?",
        )
    return Assumption("device", device, "its own address (no NAT), as no port was given")


def _same_address_twice(device: dict[str, Any]) -> bool:
    address = device.get("ipv4Address", {})
    return "publicAddress" in address and (
        address["publicAddress"] == address.get("privateAddress") and "publicPort" not in address
    )


def server_step(draft: Draft) -> Iterator[Note]:
    """The configured server where none was meant, else a question."""
    if draft.body.get("applicationServer") is not None:
        return
    default = draft.context.settings.default_application_server
    wrong = draft.wrong("applicationServer")
    if wrong or default is None:
        yield asking("applicationServer", wrong, _ASK_SERVER)
    else:
        draft.body["applicationServer"] = default.wire()
        yield Assumption(
            "applicationServer", draft.body["applicationServer"], "the configured default server"
        )


def ports_step(draft: Draft) -> Iterator[Note]:
    """A port that is joined to the server's address is the server's, beside others named for it."""
    for argument, question in _ASK_PORTS.items():
        if wrong := draft.wrong(argument):
            yield asking(argument, wrong, question)
    beside = [
        item.port for item in draft.said("applicationServer", Address) if item.port is not None
    ]
    if beside:
        groups = [
            *draft.said("applicationServerPorts", Ports),
            Ports(0, 0, 0, tuple(beside), ()),
        ]
        draft.body["applicationServerPorts"] = joined(groups).model_dump(
            mode="json", exclude_none=True
        )
