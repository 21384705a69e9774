"""The hints that a client writes are those that the mock operator reads, and mean the same."""

import pytest

from camara_qod.tools.camara.models import Device
from camara_qod.tools.camara.oauth.login_hint import login_hint
from camara_qod.tools.operator.hint import device_of


@pytest.mark.parametrize(
    ("device", "hint"),
    [
        ({"phoneNumber": "+351966666666"}, "tel:+351966666666"),
        (
            {"ipv4Address": {"publicAddress": "198.51.100.7", "privateAddress": "198.51.100.7"}},
            "ipport:198.51.100.7",
        ),
        (
            {"ipv4Address": {"publicAddress": "198.51.100.7", "publicPort": 40000}},
            "ipport:198.51.100.7:40000",
        ),
        ({"ipv6Address": "2001:db8::1"}, "ipport:[2001:db8::1]"),
    ],
)
def test_a_hint_leads_back_to_its_device(device: dict[str, object], hint: str) -> None:
    assert login_hint(Device.model_validate(device)) == hint
    assert device_of(hint) == device


def test_a_network_access_identifier_has_no_hint() -> None:
    assert login_hint(Device.model_validate({"networkAccessIdentifier": "1@example.com"})) is None
