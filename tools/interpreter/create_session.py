"""`createSession`: what may stand in each argument, and how a choice becomes a complete body."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from camara_qod.tools.camara.models import ApplicationServer, CreateSession, Device
from camara_qod.tools.catalogue import CatalogueProfile
from camara_qod.tools.interpreter import candidates
from camara_qod.tools.interpreter.completion import (
    Note,
    chosen_profile,
    device_step,
    finish,
    profile_names,
    profile_question,
    unreadable,
    with_reasons,
)
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Assumption, Completed, Question
from camara_qod.tools.interpreter.loose import (
    covers,
    device_addresses,
    loose,
    phone_needed,
    server_addresses,
)
from camara_qod.tools.interpreter.reading.mention import Address, ProfileName, Role
from camara_qod.tools.interpreter.schema import narrowed
from camara_qod.tools.interpreter.times import (
    begins_at_once,
    clock_text,
    end_of,
    not_understood,
    starts,
    unread_times,
)
from camara_qod.tools.wording import spoken

NAME = "createSession"
#: Devices and servers that are offered together.
_Ends = tuple[Sequence[Device | None], list[Any]]
#: "the old server is 10.0.0.1, don't use it"
_TAKEN_BACK = re.compile(
    r"n['’]t\b|\b(?:(?:do|does|did|is|was|were|wo|ca|should|could|would)nt|not?(?!\s+(?:me|mine|my|us)\b)|never|ignore|without|except|old|off|former|instead|default|fresh|new"
    r"|separate)\b",
    re.IGNORECASE,
)


def arguments(context: Context) -> list[dict[str, Any]]:
    """The alternative argument schemas for a conversation.

    An address that was written once has one role: where it is chosen as the device it is not on
    offer as the server, which plain JSON Schema says with one alternative for each device.
    """
    devices = candidates.devices(context)
    servers = candidates.servers(context)
    common: dict[str, Any] = {
        "qos_profile": _profiles(context),
        "duration": candidates.durations(context),
    }
    if sinks := candidates.sinks(context):
        common["sink"] = [*sinks, None]
    split = bool(servers) and len(devices) * len(servers) <= candidates.MAX_COMBINATIONS**2
    groups: list[Sequence[Device | None]]
    groups = [[device] for device in devices] if split else [devices] if devices else []
    if not (devices and candidates.device_named(context)):
        groups.append([None])
    ends = [(group, _offered(_apart(servers, group if split else []), context)) for group in groups]
    return [
        narrowed(
            CreateSession,
            {"device": group, "application_server": offered}
            | candidates.ports(context, _addresses(group if split else []), _only(offered))
            | common,
        )
        for group, offered in (_all_used(ends, context) if split else ends)
    ]


def _all_used(ends: list[_Ends], context: Context) -> list[_Ends]:
    """Without the choices that leave out an address which cannot have been written for nothing."""
    wanted = loose(context)
    if not wanted:
        return ends
    phone = phone_needed(context)
    kept = [
        (group, [server for server in offered if covers(group[0], server, wanted)])
        for group, offered in ends
        if not phone or (group[0] is not None and group[0].phone_number)
    ]
    return [(group, offered) for group, offered in kept if offered] or ends


def _offered(servers: list[ApplicationServer], context: Context) -> list[Any]:
    """The servers, and null unless somebody has named one, without taking anything back."""
    named = any(item.role is Role.SERVER for item in context.mentions.of(Address))
    if any(_TAKEN_BACK.search(text) for text in context.messages):
        named = False
    return list(servers) if named and servers else [*servers, None]


def _profiles(context: Context) -> list[str | None]:
    """As for any profile, but whoever has named one need not be asked."""
    offered = candidates.profiles(context)
    named = any(
        item.known and not candidates.doubtful(context, item)
        for item in context.mentions.of(ProfileName)
    )
    return [name for name in offered if name is not None or not named] or [None]


def _addresses(devices: Sequence[Device | None]) -> set[str]:
    return {text for device in devices for text in device_addresses(device)}


def _only(servers: list[Any]) -> set[str]:
    """The addresses of the server, where there is no choice."""
    return server_addresses(servers[0]) if len(servers) == 1 else set()


def _apart(servers: list[ApplicationServer], devices: Sequence[Device | None]) -> list[Any]:
    taken = _addresses(devices)
    return [server for server in servers if taken.isdisjoint(server_addresses(server))]


def complete(emitted: dict[str, Any], context: Context) -> Completed:
    """Fill in defaults, the operator's profile name and nothing else; ask for what is missing."""
    body = {name: value for name, value in emitted.items() if value is not None}
    steps = (device_step, _server_step, _ports_step, _profile_step, _duration_step, _sink_step)
    notes = [note for step in steps for note in step(body, context)]
    if not any(isinstance(note, Question) for note in notes):
        body = CreateSession.model_validate(body).wire()
    return finish(NAME, body, notes)


def _server_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    if "applicationServer" in body:
        return
    default = context.settings.default_application_server
    # An address that cannot be read is the device's where that is missing, else the server's.
    wrong = [
        item
        for item in unreadable(context, "applicationServer")
        if "device" not in item.fields or "device" in body
    ]
    if wrong:
        yield Question("applicationServer", with_reasons(wrong, _ASK_SERVER))
    elif default is None:
        yield Question("applicationServer", _ASK_SERVER)
    else:
        body["applicationServer"] = default.wire()
        yield Assumption(
            "applicationServer", body["applicationServer"], "the configured default server"
        )


_ASK_SERVER = "Which application server does the device talk to? Give its IPv4 or IPv6 address."


def _ports_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    for argument, words in (
        ("devicePorts", "Which ports of the device?"),
        ("applicationServerPorts", "Which ports of the application server?"),
    ):
        if argument not in body and (wrong := unreadable(context, argument)):
            yield Question(argument, with_reasons(wrong, words))


def _profile_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    value = body.get("qosProfile")
    duration = body.get("duration") or context.settings.default_duration
    profile = chosen_profile(value, context, duration)
    if profile is None:
        yield from profile_question("qosProfile", value, context)
    elif profile not in context.catalogue.active:
        text = f"The profile {profile.name} is {profile.status.value}. "
        yield Question("qosProfile", f"{text}The profiles in service are {profile_names(context)}.")
    else:
        body["qosProfile"] = profile.name


def _duration_step(body: dict[str, Any], context: Context) -> Iterator[Note]:
    profiles = _chosen_or_any(body, context)
    if later := starts(context):
        yield Question("duration", begins_at_once(later, context))
        return
    if body.get("duration") is None:
        if unread := unread_times(context):
            yield Question("duration", not_understood(unread, context, _ASK_DURATION))
            return
        default = context.settings.default_duration
        if default is None:
            yield Question("duration", _ASK_DURATION)
            return
        body["duration"] = default
        yield Assumption("duration", default, "the configured default duration")
    if profiles and not any(item.allows(body["duration"]) for item in profiles):
        low = min(item.limits[0] for item in profiles)
        high = max(item.limits[1] for item in profiles)
        yield Question(
            "duration",
            f"{spoken(body['duration'])} is outside the limits, {spoken(low)} to {spoken(high)}. "
            f"{_ASK_DURATION}",
        )
    elif end := end_of(body["duration"], context):
        reason = f"from now until {clock_text(end, context.now)}"
        yield Assumption("duration", body["duration"], reason)


_ASK_DURATION = "For how long?"


def _sink_step(body: dict[str, Any], context: Context) -> Iterator[Question]:
    """A link that cannot be used is asked about, not left out."""
    if "sink" not in body and (wrong := unreadable(context, "sink")):
        yield Question("sink", with_reasons(wrong, "Where are notifications to be sent?"))


def _chosen_or_any(body: dict[str, Any], context: Context) -> list[CatalogueProfile]:
    chosen = context.catalogue.get(body.get("qosProfile", ""))
    return [chosen] if chosen else context.catalogue.active
