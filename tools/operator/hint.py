"""`login_hint`: the device that a client asks its user's consent for.

CAMARA's profile has `tel:+34…` and `ipport:` with an IPv4 address, or an IPv6 address in brackets,
each with or without a port.
"""

import re
from typing import Any

from camara_qod.tools.camara.models import Device
from camara_qod.tools.operator.oauth_error import OAuthError

_IPPORT = re.compile(r"(?:\[(?P<v6>[^\[\]]*)\]|(?P<v4>[^:\[\]]*))(?::(?P<port>[0-9]{1,5}))?")
_TOO_LARGE = 65536


def device_of(hint: str) -> dict[str, Any]:
    """The device on the wire.

    An IPv4 address alone is that of a device behind no address translation, which CAMARA writes as
    the same public and private address; an IPv6 address identifies a device whatever the port.

    Raises:
        OAuthError: it names no device, or one by a token that only another operator can read.
    """
    kind, _, value = hint.partition(":")
    if kind == "operatortoken":
        raise OAuthError(
            "unknown_user_id", "This operator reads no operatortoken: use tel: or ipport:."
        )
    try:
        return Device.model_validate(_named(kind, value)).wire()
    except ValueError as error:
        raise OAuthError(
            "invalid_request",
            "login_hint is tel:+<number>, ipport:<IPv4>, ipport:<IPv4>:<port>, ipport:[<IPv6>] or "
            "ipport:[<IPv6>]:<port>; in a form the + is %2B.",
        ) from error


def _named(kind: str, value: str) -> dict[str, Any]:
    if kind == "tel":
        return {"phoneNumber": value}
    match = _IPPORT.fullmatch(value) if kind == "ipport" else None
    if match is None or int(match["port"] or 0) >= _TOO_LARGE:
        return {}
    if match["v6"] is not None:
        return {"ipv6Address": match["v6"]}
    public = {"publicAddress": match["v4"]}
    if match["port"] is None:
        return {"ipv4Address": public | {"privateAddress": match["v4"]}}
    return {"ipv4Address": public | {"publicPort": int(match["port"])}}
