"""`login_hint`: the device whose user is asked for consent, in the forms of CAMARA's profile."""

from ipaddress import IPv6Address

from camara_qod.tools.camara.models import Device


def login_hint(device: Device) -> str | None:
    """The hint for a device, by the identifier that tells most; `None` where it has none of them.

    A network access identifier has no form in the profile.
    """
    if device.phone_number:
        return f"tel:{device.phone_number}"
    if device.ipv4_address:
        address, port = device.ipv4_address.public_address, device.ipv4_address.public_port
        return f"ipport:{address}:{port}" if port else f"ipport:{address}"
    if device.ipv6_address:
        return f"ipport:[{IPv6Address(str(device.ipv6_address))}]"
    return None
