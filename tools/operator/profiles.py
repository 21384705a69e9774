"""The operator's profiles: which there are, for whom, and for how long."""

from typing import Any

from camara_qod.tools.camara.errors import InvalidArgument, NotFound, Unprocessable
from camara_qod.tools.camara.models import QosProfile, QosProfileDeviceRequest
from camara_qod.tools.catalogue import Catalogue, CatalogueProfile
from camara_qod.tools.operator import identity
from camara_qod.tools.operator.devices import Devices
from camara_qod.tools.operator.network import Network, Support
from camara_qod.tools.operator.security import Caller
from camara_qod.tools.wording import spoken

_NO_PROFILE = "There is no profile of that name: retrieve-qos-profiles lists those that there are."


class Profiles:
    """A catalogue as the operator publishes it.

    Args:
        catalogue: the profiles.
        network: knows which devices have no profiles.
        devices: which device is meant.
    """

    def __init__(self, catalogue: Catalogue, network: Network, devices: Devices) -> None:
        self._catalogue = catalogue
        self._network = network
        self._devices = devices
        self._published = {
            profile.name: QosProfile.model_validate(
                profile.model_dump(exclude={"serves", "restricted_to"}, exclude_none=True)
            ).wire()
            for profile in catalogue
        }

    def retrieve(self, body: QosProfileDeviceRequest, caller: Caller) -> list[dict[str, Any]]:
        """`retrieveQoSProfiles`."""
        device = self._devices.named(body.wire().get("device"), caller)
        return [
            self._published[profile.name]
            for profile in self._catalogue
            if body.name in (None, profile.name)
            and body.status in (None, profile.status)
            and self._offered(profile, device)
        ]

    def get(self, name: str, caller: Caller) -> dict[str, Any]:
        """`getQosProfile`."""
        profile = self._catalogue.get(name)
        if profile is None or (caller.device and not self._offered(profile, caller.device)):
            raise NotFound(404, "NOT_FOUND", _NO_PROFILE)
        return self._published[name]

    def check(self, name: str, duration: int, device: identity.Device) -> None:
        """Whether a session can be created.

        Raises:
            InvalidArgument: there is no such profile, or it has other limits.
            Unprocessable: it is not ACTIVE, or not for this device.
        """
        profile = self._catalogue.get(name)
        if profile is None:
            offered = [item.name for item in self._catalogue.active if self._offered(item, device)]
            known = f" (known: {', '.join(offered)})" if offered else ""
            raise InvalidArgument(
                400, "INVALID_ARGUMENT", f"qosProfile: there is no profile {name}{known}."
            )
        usable = profile in self._catalogue.active
        if not usable or not self._offered(profile, device):
            reason = f"is {profile.status.value}" if not usable else "is not for this device"
            raise Unprocessable(
                422,
                "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE",
                f"The profile {name} {reason}: retrieve-qos-profiles lists those of a device.",
            )
        if not profile.allows(duration):
            low, high = profile.limits
            raise InvalidArgument(
                400,
                "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE",
                f"duration: {name} allows {spoken(low)} to {spoken(high)}.",
            )

    def longest(self, name: str, default: int) -> int:
        """The most seconds that a profile allows; the default where it is gone."""
        profile = self._catalogue.get(name)
        return profile.limits[1] if profile else default

    def _offered(self, profile: CatalogueProfile, device: identity.Device | None) -> bool:
        """Whether a device may use it; without a device, whether anybody may."""
        if device is not None and self._network.support(device) is Support.NO_PROFILES:
            return False
        if profile.restricted_to is None:
            return True
        allowed = {key for item in profile.restricted_to for key in identity.keys(item.wire())}
        return device is not None and not allowed.isdisjoint(identity.keys(device))
