"""Requests and conversations as people write them, filled with random identifiers.

A file of `data/requests` has one text or conversation a line, written by hand in one language, with
places for the identifiers and the decision after each turn. Each turn is an example of its own.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

from camara_qod.tools.interpreter.decision import DECLINE
from camara_qod.tools.interpreter.offering.notation import KIND
from camara_qod.tools.interpreter.operations import CREATE, DELETE, EXTEND, GET, GET_PROFILE, LIST
from camara_qod.tools.interpreter.reading.lengths import Length, read_times
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.training.corpus.generate import identifiers as ids
from camara_qod.training.corpus.generate.example import NOW, Example
from camara_qod.training.corpus.generate.identifiers import Written
from camara_qod.training.corpus.lines import read_jsonl
from camara_qod.training.corpus.pointing import ASK

_PLACE = re.compile(r"\{((phone|national|ipport|ip|v4_|v6_|net|id|port|range|url|host|mail)\d+)\}")
_V4, _V6 = "ipv4Address", "ipv6Address"


@dataclass(frozen=True)
class Spoken:
    """A text or conversation with places for identifiers, as its line has it."""

    language: str
    group: str
    sessions: tuple[str, ...]
    turns: tuple[tuple[str, dict[str, Any]], ...]


def load_spoken() -> list[Spoken]:
    """All of them, in the order of the files' names."""
    folder = files("camara_qod.data") / "requests"
    paths = sorted(folder.iterdir(), key=lambda path: path.name)
    return [
        _spoken(item)
        for path in paths
        if path.name.endswith(".jsonl")
        for item in read_jsonl(path, "language", "group", "turns")
    ]


def _spoken(item: dict[str, Any]) -> Spoken:
    turns = tuple((turn["text"], turn["expected"]) for turn in item["turns"])
    return Spoken(item["language"], item["group"], tuple(item.get("sessions", ())), turns)


def halves(texts: list[Spoken], share: float, seed: int) -> tuple[list[Spoken], list[Spoken]]:
    """Texts to train on, and a part of them to validate with.

    Each text's own words decide, so that texts that are added later move no other.
    """
    kept: list[Spoken] = []
    held: list[Spoken] = []
    for text in texts:
        (held if _drawn(text, seed) < share else kept).append(text)
    random.Random(seed).shuffle(held)  # noqa: S311
    return kept, held


def _drawn(text: Spoken, seed: int) -> float:
    return random.Random(f"{seed} {text.turns[0][0]}").random()  # noqa: S311


def examples(rng: random.Random, spoken: Spoken) -> Iterator[Example]:
    """An example for each turn, all with the same identifiers."""
    values = _values(rng, spoken)
    sessions = _known(rng, spoken, values)
    messages: list[str] = []
    for text, expected in spoken.turns:
        messages.append(_filled(text, values))
        chosen = {
            name: value
            for name, value in _chosen(expected, values, messages, sessions).items()
            if value is not None
        }
        tag = f"{spoken.language}:{spoken.group}"
        yield Example(list(messages), expected["operation"], chosen, tag, sessions)


def _known(rng: random.Random, spoken: Spoken, values: dict[str, Written]) -> KnownSessions:
    """The sessions that are known; the last of them is spoken of where one is the current one."""
    known = tuple(values[place].value for place in spoken.sessions)
    of_current = any(expected.get("session") == "current" for _, expected in spoken.turns)
    if of_current and not known:
        known = (ids.uuid(rng),)
    return KnownSessions(known, known[-1] if of_current or len(known) == 1 else None)


def _filled(text: str, values: dict[str, Written]) -> str:
    return _PLACE.sub(lambda match: values[match[1]].text, text)


def _values(rng: random.Random, spoken: Spoken) -> dict[str, Written]:
    """A value for each place; of two IPv4 addresses of one device the first is the public one."""
    fixed: dict[str, Callable[[random.Random], str]] = {}
    for _, expected in spoken.turns:
        fours = [place for place in expected.get("device") or [] if place.startswith(("v4_", "ip"))]
        if len(fours) == 2:
            fixed |= {fours[0]: ids.public_ipv4, fours[1]: ids.private_ipv4}
    found: dict[str, Written] = {}
    named = [place for text, _ in spoken.turns for place, _ in _PLACE.findall(text)]
    for place in dict.fromkeys([*spoken.sessions, *named]):
        taken = {str(item.value) for item in found.values()}
        for _ in range(20):
            made = _value(rng, place, fixed.get(place))
            if str(made.value) not in taken:
                break
        found[place] = made
    return found


def _value(rng: random.Random, place: str, fixed: Callable[[random.Random], str] | None) -> Written:
    if fixed is not None:
        address = fixed(rng)
        return Written(address, address)
    kind = re.match(r"\D+?(?=\d+$)|v[46]_", place)
    return _KINDS[kind[0] if kind else place](rng)


def _same(make: Callable[[random.Random], Any]) -> Callable[[random.Random], Written]:
    def written(rng: random.Random) -> Written:
        value = make(rng)
        return Written(str(value), value)

    return written


def _address(rng: random.Random) -> Written:
    return ids.ipv6(rng) if rng.random() < 0.25 else _same(ids.ipv4)(rng)


def _with_port(rng: random.Random) -> Written:
    address, port = ids.ipv4(rng), ids.port(rng)
    return Written(f"{address}:{port}", (address, port))


def _net(rng: random.Random) -> Written:
    if rng.random() < 0.2:
        net = f"2001:db8:{rng.randint(1, 0xFFFF):x}::/{rng.choice([48, 56, 64])}"
        return Written(net, net)
    first, second, third, _ = ids.ipv4(rng).split(".")
    net = f"{first}.{second}.{third}.0/{rng.choice([24, 24, 25, 28])}"
    return Written(net, net)


def _session(rng: random.Random) -> Written:
    value = ids.uuid(rng)
    return Written(value.upper() if rng.random() < 0.1 else value, value)


def _range(rng: random.Random) -> Written:
    low = rng.randint(1024, 60000)
    high = low + rng.choice([1, 5, 10, 20, 50, 100, 999])
    return Written(f"{low}{rng.choice(['-', '-', '–'])}{high}", (low, high))


def _host(rng: random.Random) -> str:
    name = rng.choice(["game", "media", "sip", "mqtt", "vpn", "app", "edge", "rec"])
    return f"{name}{rng.randint(1, 9)}.{rng.choice(['acme', 'north', 'plant'])}.example"


def _mail(rng: random.Random) -> str:
    name = rng.choice(["hub", "anna.k", "unit", "ops", "m.silva", "desk"])
    return f"{name}{rng.randint(1, 99)}@{rng.choice(['acme', 'north', 'plant'])}.example"


_KINDS: dict[str, Callable[[random.Random], Written]] = {
    "phone": ids.phone,
    "national": _same(ids.national_phone),
    "ip": _address,
    "v4_": _same(ids.ipv4),
    "v6_": ids.ipv6,
    "ipport": _with_port,
    "net": _net,
    "id": _session,
    "port": _same(ids.port),
    "range": _range,
    "url": _same(ids.callback),
    "host": _same(_host),
    "mail": _same(_mail),
}


def _chosen(
    expected: dict[str, Any],
    values: dict[str, Written],
    messages: list[str],
    sessions: KnownSessions,
) -> dict[str, Any]:
    """The arguments on the wire."""
    match expected["operation"]:
        case operation if operation == CREATE:
            return {
                "device": _device(expected.get("device"), values),
                "applicationServer": _server(expected.get("server"), values),
                "devicePorts": _ports(expected.get("devicePorts"), values, None),
                "applicationServerPorts": _ports(
                    expected.get("serverPorts"), values, expected.get("server")
                ),
                "qosProfile": expected.get("profile"),
                "duration": _length(expected.get("duration"), messages),
                "sink": values[expected["sink"]].value if expected.get("sink") else None,
            }
        case operation if operation in (GET, DELETE, EXTEND):
            chosen: dict[str, Any] = {
                "sessionId": _session_id(expected.get("session"), values, sessions)
            }
            if operation == EXTEND:
                chosen["requestedAdditionalDuration"] = _length(expected.get("more"), messages)
            return chosen
        case operation if operation == LIST:
            return {"device": _device(expected.get("device"), values)}
        case operation if operation == GET_PROFILE:
            return {"name": expected.get("profile")}
        case operation if operation == DECLINE:
            return {KIND: expected["kind"]}
        case _:
            return {}


def _session_id(
    place: str | None, values: dict[str, Written], sessions: KnownSessions
) -> str | None:
    if place == "current":
        return sessions.current
    return str(values[place].value) if place else None


def _device(places: list[str] | None, values: dict[str, Written]) -> dict[str, Any] | None:
    if not places:
        return None
    device: dict[str, Any] = {}
    fours: list[Any] = []
    for place in places:
        value = values[place].value
        if place.startswith("phone"):
            device["phoneNumber"] = value
        elif isinstance(value, str) and ":" in value:
            device[_V6] = value
        else:
            fours.append(value)
    if fours:
        device[_V4] = _identity(fours)
    return {key: device[key] for key in ("phoneNumber", _V4, _V6) if key in device}


def _identity(fours: list[Any]) -> dict[str, Any]:
    public, *private = fours
    address, port = public if isinstance(public, tuple) else (public, None)
    form = {"publicAddress": address}
    if private or port is None:
        form["privateAddress"] = private[0] if private else address
    return form | ({} if port is None else {"publicPort": port})


def _server(places: list[str] | None, values: dict[str, Written]) -> dict[str, str] | None:
    if not places:
        return None
    found = [values[place].value for place in places]
    texts = [value[0] if isinstance(value, tuple) else value for value in found]
    server = {_V6 if ":" in text else _V4: text for text in texts}
    return {key: server[key] for key in (_V4, _V6) if key in server}


def _ports(
    places: list[str] | None, values: dict[str, Written], server: list[str] | None
) -> dict[str, Any] | None:
    """A `PortsSpec`; the port that is joined to the server's address is one of the server's."""
    found = [values[place].value for place in places or []]
    single = [value for value in found if not isinstance(value, tuple)]
    ranges = [{"from": low, "to": high} for low, high in (v for v in found if isinstance(v, tuple))]
    for place in server or []:
        if isinstance(values[place].value, tuple):
            single.append(values[place].value[1])
    return ({"ranges": ranges} if ranges else {}) | ({"ports": single} if single else {}) or None


def _length(said: Any, messages: list[str]) -> int | str | None:
    """Seconds, `ASK`, or `None`; an end is reckoned from the time of every example."""
    if said is None:
        return None
    if said == ASK:
        return ASK
    words, length = (said["total"], None) if isinstance(said, dict) else said
    if isinstance(length, int):
        return length
    if isinstance(length, str):
        hour, minute = map(int, length.split(":"))
        end = NOW.replace(hour=hour % 24, minute=minute)
        return round((end + timedelta(days=end <= NOW) - NOW).total_seconds())
    words = words[0] if isinstance(words, list) else words
    read = [time.seconds for time in read_times(words) if isinstance(time, Length)]
    return read[-1] if read else ASK
