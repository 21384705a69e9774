"""Random identifiers, as people write them and as CAMARA wants them."""

import random
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any
from uuid import UUID

#: Country calling code, and the digits of a national number as groups of a usual layout.
_PHONE_LAYOUTS = [
    ("1", (3, 3, 4)),
    ("44", (4, 6)),
    ("44", (4, 3, 3)),
    ("49", (3, 8)),
    ("49", (4, 4, 3)),
    ("34", (3, 3, 3)),
    ("33", (1, 2, 2, 2, 2)),
    ("39", (3, 3, 4)),
    ("351", (3, 3, 3)),
    ("31", (1, 8)),
    ("48", (3, 3, 3)),
    ("46", (2, 3, 2, 2)),
    ("91", (5, 5)),
    ("55", (2, 5, 4)),
    ("81", (2, 4, 4)),
    ("61", (3, 3, 3)),
    ("52", (2, 4, 4)),
    ("27", (2, 3, 4)),
    ("971", (2, 3, 4)),
    ("90", (3, 3, 4)),
    ("358", (2, 3, 4)),
    ("43", (3, 7)),
    ("41", (2, 3, 2, 2)),
    ("65", (4, 4)),
]
_V4_HEADS = ["192.168", "10.0", "10", "172.16", "203.0.113", "198.51.100", "192.0.2", "100.64"]
_V4_HEADS += ["84.17", "92.40", "151.30", "185.12", "78.55", "31.4", "145.224"]
_PUBLIC_HEADS = ["203.0.113", "198.51.100", "192.0.2", "84.17", "151.30", "78.55"]
_PRIVATE_HEADS = ["192.168", "10.0", "10", "172.16", "100.64"]


@dataclass(frozen=True)
class Written:
    """A value with the words that say it."""

    text: str
    value: Any


def ipv4(rng: random.Random, heads: list[str] | None = None) -> str:
    """A dotted quad."""
    parts = rng.choice(heads or _V4_HEADS).split(".")
    while len(parts) < 4:
        parts.append(str(rng.randint(1, 254)))
    return ".".join(parts)


def public_ipv4(rng: random.Random) -> str:
    """An address outside the private ranges."""
    return ipv4(rng, _PUBLIC_HEADS)


def private_ipv4(rng: random.Random) -> str:
    """An address of a private range (RFC 1918) or of carrier-grade NAT (RFC 6598)."""
    return ipv4(rng, _PRIVATE_HEADS)


def ipv6(rng: random.Random) -> Written:
    """An IPv6 address, in RFC 5952 form or a longer one."""
    head = rng.choice(["2001:db8", "2001:db8:85a3", "2a02:26f0", "fd00:12", "2a01:4f8:c0c"])
    groups = [int(group, 16) for group in head.split(":")]
    middle = [rng.choice([0, 0, rng.randint(1, 0xFFFF)]) for _ in range(7 - len(groups))]
    groups += [*middle, rng.randint(1, 0xFFFF)]
    long = ":".join(f"{group:x}" for group in groups)
    value = str(IPv6Address(long))
    text = rng.choice([value, value, value, long, value.upper(), IPv6Address(long).exploded])
    return Written(text, value)


def phone(rng: random.Random) -> Written:
    """A number in international form with the separators people use."""
    code, layout = rng.choice(_PHONE_LAYOUTS)
    groups = ["".join(str(rng.randint(0, 9)) for _ in range(size)) for size in layout]
    groups[0] = str(rng.randint(2, 9)) + groups[0][1:]
    separator = rng.choice(["", "", "", " ", " ", "-", "."])
    start = rng.choice(["+", "+", "+", "+", "00"])
    text = separator.join([start + code, *groups])
    if rng.random() < 0.08:
        text = f"{start}{code} ({groups[0]}) {'-'.join(groups[1:])}"
    if rng.random() < 0.06:
        text = f"tel:+{code}-{'-'.join(groups)}"
    return Written(text, f"+{code}{''.join(groups)}")


def uuid(rng: random.Random) -> str:
    """A session id."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def callback(rng: random.Random) -> str:
    """An address for notifications."""
    host = f"{rng.choice(['hooks', 'api', 'events'])}.example.{rng.choice(['com', 'net'])}"
    return f"https://{host}/{rng.choice(['qod', 'cb', 'n/7'])}"


def port(rng: random.Random) -> int:
    """A port that services use, or an ephemeral one."""
    usual = [80, 443, 554, 1883, 1935, 3074, 3478, 5004, 5060, 8080, 8443, 8883, 9000, 27015]
    return rng.choice([rng.choice(usual), rng.randint(1024, 65535)])


def ports(rng: random.Random) -> Written:
    """One or several ports or ranges; the value is a `PortsSpec` on the wire."""
    kind = rng.random()
    if kind < 0.5:
        one = port(rng)
        return Written(f"port {one}", {"ports": [one]})
    if kind < 0.7:
        several = rng.sample(range(1024, 65535), rng.randint(2, 3))
        joined = ", ".join(str(item) for item in several[:-1])
        return Written(f"ports {joined} and {several[-1]}", {"ports": several})
    low = rng.randint(1024, 60000)
    high = low + rng.choice([1, 5, 10, 20, 50, 100, 999])
    joint = rng.choice(["-", "-", " to ", "–"])
    return Written(f"ports {low}{joint}{high}", {"ranges": [{"from": low, "to": high}]})


_NUMBER_WORDS = {
    1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight",
    9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 15: "fifteen", 20: "twenty",
    25: "twenty-five", 30: "thirty", 40: "forty", 45: "forty-five", 50: "fifty", 90: "ninety",
}  # fmt: skip
_FIXED = {
    "half an hour": 1800,
    "an hour": 3600,
    "one hour": 3600,
    "an hour and a half": 5400,
    "a quarter of an hour": 900,
    "three quarters of an hour": 2700,
    "a couple of hours": 7200,
    "two and a half hours": 9000,
    "one and a half hours": 5400,
    "a minute": 60,
    "half a day": 43200,
}


def duration(rng: random.Random) -> Written:
    """A length of time within the demo limits of 60 s to 12 h."""
    hours, minutes = rng.randint(1, 12), rng.choice([5, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 90])
    part = rng.choice([15, 20, 30, 45])
    short = rng.randint(1, 11)
    seconds = rng.choice([60, 90, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800])
    forms = [
        (f"{hours} hour{'s' * (hours > 1)}", 3600 * hours),
        (f"{hours}h", 3600 * hours),
        (f"{hours} hrs", 3600 * hours),
        (f"{minutes} minutes", 60 * minutes),
        (f"{minutes} min", 60 * minutes),
        (f"{minutes}m", 60 * minutes),
        (f"{minutes} mins", 60 * minutes),
        (f"{short}h{part}", 3600 * short + 60 * part),
        (f"{short}h {part}m", 3600 * short + 60 * part),
        (f"{short} hour{'s' * (short > 1)} and {part} minutes", 3600 * short + 60 * part),
        (f"{short}:{part} hours", 3600 * short + 60 * part),
        (f"{short}.5 hours", 3600 * short + 1800),
        (f"{seconds} seconds", seconds),
        (f"{seconds}s", seconds),
        (f"PT{hours}H", 3600 * hours),
        (f"PT{minutes}M", 60 * minutes),
        (f"{_NUMBER_WORDS[hours]} hour{'s' * (hours > 1)}", 3600 * hours),
        (f"{_NUMBER_WORDS[minutes if minutes in _NUMBER_WORDS else 30]} minutes",
         60 * (minutes if minutes in _NUMBER_WORDS else 30)),
        rng.choice(list(_FIXED.items())),
        rng.choice(list(_FIXED.items())),
    ]  # fmt: skip
    return Written(*rng.choice(forms))


def unparsed_duration(rng: random.Random) -> Written:
    """A length that only a reader can work out."""
    forms = {
        "a few hours": 10800,
        "a few minutes": 180,
        "several hours": 18000,
        "the whole night, until the morning hours": 28800,
        "half of an afternoon, say three to four hours' time": 14400,
        "some minutes": 300,
    }
    return Written(*rng.choice(list(forms.items())))


def outside_limits(rng: random.Random) -> Written:
    """A length of time that no demo profile allows."""
    days = rng.randint(2, 9)
    hours = rng.randint(13, 72)
    forms = [(f"{days} days", 86400 * days), (f"{hours} hours", 3600 * hours)]
    forms += [("30 seconds", 30), ("10 s", 10), ("a week", 604800), ("a whole day", 86400)]
    return Written(*rng.choice(forms))


def invalid_ipv4(rng: random.Random) -> str:
    """Looks like an address and is none."""
    parts = [str(rng.randint(1, 254)) for _ in range(4)]
    parts[rng.randrange(4)] = str(rng.randint(256, 999))
    return ".".join(parts)


def national_phone(rng: random.Random) -> str:
    """A number without its country code."""
    return rng.choice(
        [
            f"0{rng.randint(150, 179)} {rng.randint(1000000, 9999999)}",
            f"06 {rng.randint(10, 99)} {rng.randint(10, 99)} {rng.randint(10, 99)} "
            f"{rng.randint(10, 99)}",
            f"07{rng.randint(700, 999)} {rng.randint(100000, 999999)}",
            f"{rng.randint(200, 999)}-{rng.randint(200, 999)}-{rng.randint(1000, 9999)}",
        ]
    )


def device(rng: random.Random) -> tuple[str, dict[str, Any], str]:
    """A device as it is written, on the wire, and what kind of identifier names it."""
    kind = rng.random()
    if kind < 0.33:
        address = ipv4(rng)
        return address, _v4(address, privateAddress=address), "ipv4"
    if kind < 0.45:
        address, at = ipv4(rng), port(rng)
        text = f"{address}:{at}"
        if rng.random() < 0.4:
            text = f"{address}{rng.choice([' port ', ', port ', ' on port '])}{at}"
        return text, _v4(address, publicPort=at), "ipv4"
    if kind < 0.53:
        public, private = public_ipv4(rng), private_ipv4(rng)
        text = rng.choice(
            [
                f"public {public}, private {private}",
                f"{public} (private {private})",
                f"private {private} behind public {public}",
                f"public IP {public} and private IP {private}",
                f"{private} inside, {public} outside",
                f"{public} / {private}",
            ]
        )
        return text, _v4(public, privateAddress=private), "both"
    if kind < 0.65:
        six = ipv6(rng)
        return six.text, {"ipv6Address": six.value}, "ipv6"
    if kind < 0.96:
        number = phone(rng)
        return number.text, {"phoneNumber": number.value}, "phone"
    number, six, address = phone(rng), ipv6(rng), ipv4(rng)
    if rng.random() < 0.5:
        both = {"phoneNumber": number.value, "ipv6Address": six.value}
        return f"{number.text} with IPv6 {six.text}", both, "phone"
    both = {"phoneNumber": number.value} | _v4(address, privateAddress=address)
    return f"{number.text}, also reachable at {address}", both, "phone"


def _v4(public: str, **rest: Any) -> dict[str, Any]:
    return {"ipv4Address": {"publicAddress": public} | rest}
