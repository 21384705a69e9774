"""Which device a call is about, and whether the operator can serve it."""

from collections.abc import Collection

from camara_qod.tools.camara.errors import NotFound, Unprocessable
from camara_qod.tools.operator import identity
from camara_qod.tools.operator.network import Network, Support
from camara_qod.tools.operator.security import Caller

_MISSING = (
    "No device is named: send device, or a token that stands for one (from /oauth2/bc-authorize)."
)


class Devices:
    """The operator's devices.

    Args:
        network: knows which devices are whose.
        unsupported: identifiers that the operator cannot use.
    """

    def __init__(self, network: Network, unsupported: Collection[str]) -> None:
        self._network = network
        self._unsupported = unsupported

    def identify(self, device: identity.Device | None, caller: Caller) -> identity.Device:
        """The device of a call, by its body or its token.

        Args:
            device: from the body, on the wire.
            caller: from the token.

        Raises:
            Unprocessable: 422 MISSING_, UNNECESSARY_ or UNSUPPORTED_IDENTIFIER, or
                SERVICE_NOT_APPLICABLE.
            NotFound: 404 IDENTIFIER_NOT_FOUND.
        """
        found = self.named(device, caller)
        if found is None:
            raise Unprocessable(422, "MISSING_IDENTIFIER", _MISSING)
        return found

    def named(self, device: identity.Device | None, caller: Caller) -> identity.Device | None:
        """As `identify`, where a call need not name a device."""
        if caller.device is not None:
            if device is not None:
                raise Unprocessable(
                    422,
                    "UNNECESSARY_IDENTIFIER",
                    "The access token stands for a device already: leave device out.",
                )
            device = caller.device
        return None if device is None else self._usable(device)

    def used(self, device: identity.Device) -> identity.Device:
        """The one identifier that is used and answered with (`DeviceResponse`)."""
        return identity.used(device, self._unsupported) or device

    def _usable(self, device: identity.Device) -> identity.Device:
        """A device without the identifiers that cannot be used: they decide nothing."""
        used = identity.used(device, self._unsupported)
        if used is None:
            raise Unprocessable(422, "UNSUPPORTED_IDENTIFIER", self._unsupported_text())
        support = self._network.support(used)
        if support is Support.UNKNOWN:
            raise NotFound(
                404,
                "IDENTIFIER_NOT_FOUND",
                "No such device is the operator's: check its identifier.",
            )
        if support is Support.NOT_APPLICABLE:
            raise Unprocessable(
                422,
                "SERVICE_NOT_APPLICABLE",
                "Quality on demand is not available for this device: name another.",
            )
        return {name: item for name, item in device.items() if name not in self._unsupported}

    def _unsupported_text(self) -> str:
        usable = [name for name in identity.PREFERENCE if name not in self._unsupported]
        return f"device: no identifier that is supported here: use {' or '.join(usable)}."
