from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Invalid,
    Length,
    Mention,
    Number,
    Phone,
    Ports,
    ProfileName,
    SessionId,
    Sink,
)
from camara_qod.tools.interpreter.reading.reader import read_mentions

NAMES = ["QOS_E", "QOS_S", "QOS_M", "QOS_L"]


def found(text: str, kind: type, names: list[str] = NAMES, region: str | None = None) -> list:
    items = read_mentions([text], names, default_region=region)
    return [item for item in items if isinstance(item, kind)]


@pytest.mark.parametrize(
    ("text", "ip", "port", "prefix"),
    [
        ("IP 192.168.1.50, 2 hours", "192.168.1.50", None, None),
        ("IP:10.0.0.1.", "10.0.0.1", None, None),
        ('{"device_ip": "10.0.0.1"}', "10.0.0.1", None, None),
        ("203.0.113.9:8443", "203.0.113.9", 8443, None),
        ("203.0.113.9 on 5000 metres of cable", "203.0.113.9", None, None),
        ("198.51.100.0/24", "198.51.100.0", None, 24),
        ("2001:DB8:0:0::1", "2001:db8::1", None, None),
        ("[2001:db8::5]:443", "2001:db8::5", 443, None),
        ("2001:db8::/64", "2001:db8::", None, 64),
        ("server:2001:db8::1", "2001:db8::1", None, None),
        ("for 2001:db8::1: 2 hours", "2001:db8::1", None, None),
        ('{"publicAddress":"203.0.113.5","publicPort":59765}', "203.0.113.5", None, None),
        ("198.51.100.7 port 443 and 8443", "198.51.100.7", None, None),
        ("198.51.100.7 port 5000–5010", "198.51.100.7", None, None),
        ("rtsp://198.51.100.7:8443/", "198.51.100.7", 8443, None),
        ("device:2001:db8::7", "2001:db8::7", None, None),
        ("node7:2001:db8::7", "2001:db8::7", None, None),
        ("adres:2001:db8::1", "2001:db8::1", None, None),
        ("アドレス:2001:db8:e0::9", "2001:db8:e0::9", None, None),
        ("アドレス：2001:db8:e0::9", "2001:db8:e0::9", None, None),
        ("адрес:2001:db8::1", "2001:db8::1", None, None),
        ("adresă:[2001:db8::1]:443", "2001:db8::1", 443, None),
        ("地址是2001:db8::7的手机", "2001:db8::7", None, None),
        ("端末は2001:db8::7です", "2001:db8::7", None, None),
        ("abcd:2001:db8::7", "abcd:2001:db8::7", None, None),
        ("inet 10.166.23.85/30 brd", "10.166.23.85", None, None),
        ("inet 203.0.113.9/32", "203.0.113.9", None, None),
        ("inet6 2001:db8::7/64 scope global", "2001:db8::7", None, None),
        ("inet6 2001:db8::7/128", "2001:db8::7", None, None),
        ("10.0.0.0/24", "10.0.0.0", None, 24),
        ("10.166.23.84/30", "10.166.23.84", None, 30),
    ],
)
def test_addresses(text: str, ip: str, port: int | None, prefix: int | None) -> None:
    (address,) = found(text, Address)
    assert (str(address.ip), address.port, address.prefix) == (ip, port, prefix)


@pytest.mark.parametrize(
    "text", ["abcde:2001:db8::7", "2001:db8:xyz:2001:db8::7", "12:30:45", "time:12:30:45"]
)
def test_no_part_of_something_longer_is_an_address(text: str) -> None:
    assert found(text, Address) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+44 7911 123456 30 minutes of streaming", "+447911123456"),
        ("phone 0044 (0)7911 123456 for 2 h", "+447911123456"),
        ("tel:+351-966-666-666, thanks", "+351966666666"),
        ("+48.511.067.329", "+48511067329"),
        ("+1 (555) 010-9999", "+15550109999"),
        ("+49 151 23456789 2 hours", "+4915123456789"),
        ("+1 555 010 0123 4 people", "+15550100123"),
        ("+33 0 6 12 34 56 78", "+33612345678"),
        ("手机+34612000146的", "+34612000146"),
        ("+44 7911\u2011123\u2011456", "+447911123456"),
        ("+44 7911\u00a0123456", "+447911123456"),
        ("＋447911123456", "+447911123456"),
        ("+49 151 23456789 4K streaming", "+4915123456789"),
        ("+49 30 901820 4 players", "+4930901820"),
        ("+447911123456,2 hours,gaming", "+447911123456"),
        ("router +27 (42) 270-3823. 60 people", "+27422703823"),
        ("Toestel: +49 (465) 16928584. 6 uur", "+4946516928584"),
        ("Toestel: +39 979 603 9192", "+399796039192"),
        ("dla +33 2 59 79 90 23 do 21:45", "+33259799023"),
        ("QOS_E +55-41-22615-2939 meia hora", "+5541226152939"),
        ("+52 89 8493 6854 min stream", "+528984936854"),
        ("0039 (248) 803-7431 yarım saat", "+392488037431"),
        ("1) 00358706537792 2) gaming 3) 40 min", "+358706537792"),
        ("(call +44 7911 123 456) 2 hours", "+447911123456"),
        ("+49 30 901820 90 min", "+4930901820"),
        ("+351966666666 2 hours", "+351966666666"),
    ],
)
def test_phone_numbers(text: str, number: str) -> None:
    assert [item.number for item in found(text, Phone)] == [number]


@pytest.mark.parametrize("text", ["+1 555 010 012 4 hours", "+33 2 59 79 90 23 min"])
def test_a_number_that_lacks_a_group_takes_none_of_an_amount_of_time(text: str) -> None:
    assert found(text, Phone) == []
    assert len(found(text, Length)) == 1


def test_two_numbers_beside_each_other_are_two() -> None:
    numbers = [item.number for item in found("0061822001948 0061822001948", Phone)]
    assert numbers == ["+61822001948"] * 2


def test_a_national_number_counts_only_in_its_region() -> None:
    text = "call on 0151 23456789"
    assert found(text, Phone) == []
    (invalid,) = found(text, Invalid)
    assert "country code" in invalid.reason
    assert [item.number for item in found(text, Phone, region="DE")] == ["+4915123456789"]


@pytest.mark.parametrize(
    ("text", "ports", "ranges"),
    [
        ("server port 443", (443,), ()),
        ("ports 80, 443 and 5000-5010 there", (80, 443), ((5000, 5010),)),
        ("ports 27000 to 27050", (), ((27000, 27050),)),
        ("port range 7000 till 8000", (), ((7000, 8000),)),
        ("udp ports there 50000 to 50059, plus 443", (443,), ((50000, 50059),)),
        ("tcp 443", (443,), ()),
        ("443/udp", (443,), ()),
        ('"port": 443', (443,), ()),
        ("ports 1, 2 and 3.", (1, 2, 3), ()),
        ("port 443 for 2 hours", (443,), ()),
        ("198.51.100.7 port 443 and 8443", (443, 8443), ()),
        ("from port 5000 to port 6000", (), ((5000, 6000),)),
        ("5000-5010/udp", (), ((5000, 5010),)),
        ("port 443, 20 Mbps", (443,), ()),
        ("ports 443 and 2 devices", (443,), ()),
        ("server_port: 443", (443,), ()),
        ("srcPort: 1234", (1234,), ()),
        (
            '"devicePorts":{"ranges":[{"from":5010,"to":5020}],"ports":[5060]}',
            (5060,),
            ((5010, 5020),),
        ),
        (
            '{"qosProfile": "QOS_E", "devicePorts": { "ports": [ 5060, 443 ],\n  "ranges": [\n'
            '    { "from": 5010, "to": 5020 },\n    { "from": 1, "to": 2 }\n  ]\n}, "sink": 1}',
            (5060, 443),
            ((5010, 5020), (1, 2)),
        ),
        ('{"applicationServerPorts":{"ranges":[{"from":80,"to":90}]}}', (), ((80, 90),)),
        ("{'device_ports': {'ports': [5060]}}", (5060,), ()),
        (r'-d "{\"devicePorts\":{\"ports\":[5060,5070]}}"', (5060, 5070), ()),
        ("devicePorts: {ranges: [{from: 5010, to: 5020}]}", (), ((5010, 5020),)),
        ('"portRange": {"from": 5010, "to": 5020}', (), ((5010, 5020),)),
        (
            "devicePorts:\n  ranges:\n    - from: 5010\n      to: 5020\n  ports:\n  - 5060\nid: 7",
            (5060,),
            ((5010, 5020),),
        ),
        ("server_ports:\n  - 443\n  - 8443\nduration: soon", (443, 8443), ()),
        ("devicePorts:\n- 443", (443,), ()),
        ("Ports:\n* 443\n* 8443", (443, 8443), ()),
        ("app_ports: [443, 8801-8810]", (443,), ((8801, 8810),)),
        ("uePorts.ports [3661]", (3661,), ()),
        ("asPorts.ranges [19949-19999]", (), ((19949, 19999),)),
        ("udp/5060", (5060,), ()),
        ("5060/udp", (5060,), ()),
        ("dport=554", (554,), ()),
        ("--dport 5000:5010 -j ACCEPT", (), ((5000, 5010),)),
        ("srv 10.0.41.113 sport 62657", (62657,), ()),
        ("spt=5060 proto", (5060,), ()),
        ("peer_port= 7905\nseconds = later", (7905,), ()),
        ("server port 5060\nd) Time", (5060,), ()),
        ("Q: server port?  A: 22127", (22127,), ()),
        ("doelpoort 1883", (1883,), ()),
        ("Zielport 1883", (1883,), ()),
        ("serverportar 14765-15764", (), ((14765, 15764),)),
    ],
)
def test_ports(text: str, ports: tuple, ranges: tuple) -> None:
    (item,) = found(text, Ports)
    assert (item.ports, item.ranges) == (ports, ranges)


@pytest.mark.parametrize(
    "text",
    [
        '.remote("1.2.3.4", 1935)',
        "a passport 1234",
        "sport 24",
        "sport 2 hours",
        "transport 5000",
        '{"from": 5010, "to": 5020}',
        ":8443",
    ],
)
def test_a_number_that_is_not_called_a_port_is_none(text: str) -> None:
    assert found(text, Ports) == []


@pytest.mark.parametrize(
    "text",
    [
        "udp 192.0.2.7 5060 > 203.0.113.2 19130, game traffic",
        "192.0.2.7 5060 -> 2001:db8::2 19130",
        "Port 5060 -> 19130.",
        "tcp 5060 -> 19130\nudp as well",
    ],
)
def test_ports_on_either_side_of_an_arrow_are_two_mentions(text: str) -> None:
    assert [item.ports for item in found(text, Ports)] == [(5060,), (19130,)]


def test_what_is_no_pair_of_ports_around_an_arrow() -> None:
    assert found("192.0.2.7 5060 > 203.0.113.2 20 Mbps", Ports) == []
    assert [item.ports for item in found("port 443 -> 20 Mbps", Ports)] == [(443,)]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        (
            "IP 10.0.0.4.5060 > 203.0.113.9.443: Flags [S]",
            [("10.0.0.4", 5060), ("203.0.113.9", 443)],
        ),
        (
            "IP6 2001:db8::4.5060 > 2001:db8::9.443: UDP",
            [("2001:db8::4", 5060), ("2001:db8::9", 443)],
        ),
        ("IP 10.0.0.4 > 10.0.0.9: ICMP echo", [("10.0.0.4", None), ("10.0.0.9", None)]),
    ],
)
def test_addresses_of_a_captured_packet(text: str, ends: list) -> None:
    assert [(str(item.ip), item.port) for item in found(text, Address)] == ends


def test_the_ends_of_a_port_object_are_no_numbers_besides() -> None:
    text = '{"duration": 3600, "devicePorts": {"ranges": [{"from": 5010, "to": 5020}]}}'
    assert [type(item) for item in read_mentions([text])] == [Length, Ports]


def test_a_time_on_the_line_of_a_port_is_a_time() -> None:
    items = read_mentions(["port 443 until 21\nport 8443 for 2\nhours"])
    assert not any(isinstance(item, Invalid) for item in items)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("device 300.1.2.3", "300.1.2.3 is not an IPv4 address"),
        ("192.168.001.050", "is not an IPv4 address"),
        ("2001:db8::12::7", "is not an IPv6 address"),
        ("198.51.100.0/33", "is not a valid subnet"),
        ("1.2.3.4:70000", "no valid port"),
        ("port 70000", "no valid port"),
        ("ports 20-10", "no valid port"),
        ('"devicePorts":{"ports":[70000]}', "no valid port"),
        ('"devicePorts":{"ranges":[{"from":20,"to":10}]}', "no valid port"),
        ("dport=70000", "no valid port"),
        ("+12", "not a phone number"),
        ("+123456789", "not a phone number"),
        ("+999 123456789", "not a phone number"),
        ("+44 7700 900 123 456", "not a phone number"),
        ("+447911123456x", "not a phone number"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("[fe80::1%eth0]:443", "fe80::1%eth0"),
        ("fe80::1%25en0/64", "one machine's own network"),
        ("10.0.0.4-10.0.0.9", "is a range"),
        ("10.0.0.4-9", "is a range"),
        ("10.0.0.4:5010-5000", "no valid range of ports"),
        ("10.0.0.4-rc1", "part of something longer"),
        ("server game.example.com", "host name"),
        ("https://a.example/x—y", "ends"),
    ],
)
def test_what_only_looks_like_an_identifier_says_why(text: str, words: str) -> None:
    (invalid,) = found(text, Invalid)
    assert words in invalid.reason


@pytest.mark.parametrize("text", ["QOS_E", "qos-e", "QoS E", "profile qos_e", "QOSE"])
def test_a_profile_however_it_is_written(text: str) -> None:
    assert [(item.name, item.known) for item in found(text, ProfileName)] == [("QOS_E", True)]


@pytest.mark.parametrize("text", ["QoS e.g. for a call", "la QoS s'il te plaît", "a QoS e a banda"])
def test_a_little_word_behind_qos_is_no_profile(text: str) -> None:
    assert found(text, ProfileName) == []


def test_a_bare_number_may_take_the_place_of_a_length_said_before() -> None:
    items = read_mentions(["gaming for 24 hours on +351966666666", "make it 3"], NAMES)
    assert [item.value for item in items if isinstance(item, Number)] == [3]
    assert not any(isinstance(item, Number) for item in read_mentions(["make it 3"], NAMES))


def test_profiles_that_are_not_in_the_catalogue() -> None:
    assert [item.known for item in found("QOS_X", ProfileName)] == [False]
    assert [item.known for item in found("profile GOLD_PLUS please", ProfileName)] == [False]


def test_a_profile_named_like_a_word_counts_only_as_a_name() -> None:
    assert found("a voice call", ProfileName, ["voice"]) == []
    assert len(found("the profile voice", ProfileName, ["voice"])) == 1
    assert len(found('use "voice"', ProfileName, ["voice"])) == 1


def test_ids_and_urls() -> None:
    text = "3FA85F64-5717-4562-B3FC-2C963F66AFA6, events to https://a.example/hook?x=1."
    assert [item.uuid for item in found(text, SessionId)] == [
        "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    ]
    assert [item.url for item in found(text, Sink)] == ["https://a.example/hook?x=1"]


@given(st.ip_addresses(), st.text(alphabet="abc ,;\n()'\"", max_size=6))
def test_every_address_is_found_in_any_surroundings(ip, around: str) -> None:
    text = f"{around} {ip} {around}"
    found_ips = [address.ip for address in found(text, Address)]
    assert ip_address(str(ip)) in found_ips or str(ip) == "::"


MIXED = st.lists(
    st.text(max_size=12)
    | st.ip_addresses().map(str)
    | st.from_regex(r"\+[1-9][0-9 ]{3,16}", fullmatch=True)
    | st.sampled_from(
        ["port", "ports 1-", ":", "/", "%", "https://", "QOS_", "PT", "<|end|>", "\x00"]
    )
    | st.integers(0, 10**12).map(str),
    max_size=12,
)


@given(MIXED.map("".join), MIXED.map(" ".join))
def test_any_text_is_read_and_no_character_twice(first: str, second: str) -> None:
    messages = [first, second]
    used: set[tuple[int, int]] = set()
    for item in read_mentions(messages, NAMES, default_region="DE"):
        assert isinstance(item, Mention)
        assert 0 <= item.start < item.end <= len(messages[item.turn])
        place = {(item.turn, at) for at in range(item.start, item.end)}
        assert used.isdisjoint(place)
        used |= place


def test_mentions_keep_their_turn_and_order() -> None:
    items = read_mentions(["2 hours", "no, 3 hours on +351966666666"], NAMES)
    assert [(item.turn, type(item)) for item in items] == [(0, Length), (1, Length), (1, Phone)]


def test_a_quoted_number_holds_no_minutes() -> None:
    (phone,) = found("me: '+52 55 1234 5678'", Phone)
    assert phone.number == "+525512345678"


def test_a_number_too_short_for_the_api_is_none() -> None:
    (item,) = read_mentions(["gaming on +49 00"])
    assert isinstance(item, Invalid)
