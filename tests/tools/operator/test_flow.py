from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara_qod.tools.operator import identity
from camara_qod.tools.operator.flow import Flow

SUBNET = {"applicationServer": {"ipv4Address": "198.51.100.0/24"}}


def flow(**fields) -> Flow:
    return Flow(SUBNET | fields)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ({}, {}, True),
        ({}, {"applicationServer": {"ipv4Address": "198.51.100.7"}}, True),
        ({}, {"applicationServer": {"ipv4Address": "198.51.101.7"}}, False),
        ({}, {"applicationServer": {"ipv6Address": "2001:db8::/32"}}, False),
        ({}, {"applicationServer": {"ipAddresses": ["192.0.2.1", "198.51.100.9"]}}, True),
        ({"devicePorts": {"ports": [80]}}, {}, True),
        ({"devicePorts": {"ports": [80]}}, {"devicePorts": {"ports": [81]}}, False),
        (
            {"applicationServerPorts": {"ranges": [{"from": 10, "to": 20}]}},
            {"applicationServerPorts": {"ports": [20]}},
            True,
        ),
        (
            {"applicationServerPorts": {"ranges": [{"from": 10, "to": 20}]}},
            {"applicationServerPorts": {"ports": [21], "ranges": [{"from": 1, "to": 9}]}},
            False,
        ),
    ],
)
def test_flows_that_share_a_packet(one: dict, other: dict, meet: bool) -> None:
    assert flow(**one).overlaps(flow(**other)) is meet
    assert flow(**other).overlaps(flow(**one)) is meet


ports = st.lists(st.integers(0, 30), min_size=1, max_size=4)


@given(ports, ports)
def test_port_lists_overlap_exactly_where_they_share_a_port(one: list, other: list) -> None:
    meet = flow(devicePorts={"ports": one}).overlaps(flow(devicePorts={"ports": other}))
    assert meet is bool(set(one) & set(other))


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4), st.integers(0, 32))
def test_subnets_overlap_where_one_has_an_end_of_the_other(a, x: int, b, y: int) -> None:
    one, two = (ip_network((int(ip), size), strict=False) for ip, size in ((a, x), (b, y)))
    meet = Flow({"applicationServer": {"ipv4Address": str(one)}}).overlaps(
        Flow({"applicationServer": {"ipv4Address": str(two)}})
    )
    assert meet is (one[0] in two or two[0] in one)


def test_one_device_by_several_identifiers() -> None:
    both = {
        "phoneNumber": "+351966666666",
        "ipv4Address": {"publicAddress": "203.0.113.9", "publicPort": 80},
    }
    keys = identity.keys(both)
    assert set(identity.keys({"phoneNumber": "+351966666666"})) < set(keys)
    assert set(identity.keys({"ipv4Address": both["ipv4Address"]})) < set(keys)
    other_port = {"ipv4Address": {"publicAddress": "203.0.113.9", "publicPort": 81}}
    assert not set(identity.keys(other_port)) & set(keys)


def test_any_address_of_its_subnet_is_the_device() -> None:
    one, two, three = (
        identity.keys({"ipv6Address": text})
        for text in ("2001:db8::1", "2001:db8:0:0:ffff::2", "2001:db8:0:1::1")
    )
    assert one == two != three


def test_the_identifier_that_is_used() -> None:
    both = {"networkAccessIdentifier": "a@b.example", "ipv6Address": "2001:db8::1"}
    assert identity.used(both, {"networkAccessIdentifier"}) == {"ipv6Address": "2001:db8::1"}
    assert identity.used(both, set(both)) is None
