"""The operator's QoS profiles, and which need each of them serves.

Profile names are not fixed in CAMARA: every operator publishes its own. The model decides among
four needs; the catalogue in force translates a need into the operator's name.
"""

from collections.abc import Iterator
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from camara_qod.tools.camara.models import INT32_MAX, Device, QosProfile, QosProfileStatus
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.faults import faults


class Need(StrEnum):
    """What a user needs from the network, under the names of the demo operator's profiles."""

    LATENCY = "QOS_E"
    BANDWIDTH = "QOS_S"
    RELIABILITY = "QOS_M"
    LIVE_MEDIA = "QOS_L"


#: Read by the model, and the first word of each is what it writes for a need: who changes them
#: trains the adapter again.
NEED_MEANINGS = {
    Need.LATENCY: "gaming, VR, remote control",
    Need.BANDWIDTH: "streaming, transfers",
    Need.RELIABILITY: "IoT, medical",
    Need.LIVE_MEDIA: "calls, meetings",
}


class CatalogueProfile(QosProfile):
    """A published profile, and what the operator alone knows about it.

    Attributes:
        serves: the need it serves; `None` for one that is only asked for by name.
        restricted_to: the devices that may use it; `None`: all.
    """

    serves: Annotated[Need, Field(strict=False)] | None = None
    restricted_to: list[Device] | None = None

    @property
    def limits(self) -> tuple[int, int]:
        """Shortest and longest duration in seconds."""
        shortest = self.min_duration.seconds if self.min_duration else None
        longest = self.max_duration.seconds if self.max_duration else None
        low = 1 if shortest is None else max(1, -int(-shortest // 1))
        return low, INT32_MAX if longest is None else min(INT32_MAX, int(longest))

    def allows(self, duration: int) -> bool:
        """Whether a session of that many seconds is within the limits."""
        low, high = self.limits
        return low <= duration <= high


class Catalogue:
    """The profiles of one operator.

    Args:
        profiles: as published, each name once, in the order in which they are preferred where
            several serve the same need.
        called: what it is called in errors.

    Raises:
        SettingsError: two profiles share a name.
    """

    def __init__(self, profiles: list[CatalogueProfile], called: str = "The catalogue") -> None:
        self._profiles: dict[str, CatalogueProfile] = {}
        for profile in profiles:
            if profile.name in self._profiles:
                raise SettingsError(
                    f"{called} has the profile {profile.name} twice: remove one of the two."
                )
            self._profiles[profile.name] = profile

    def __iter__(self) -> Iterator[CatalogueProfile]:
        return iter(self._profiles.values())

    def get(self, name: str) -> CatalogueProfile | None:
        """The profile of that name."""
        return self._profiles.get(name)

    @property
    def names(self) -> list[str]:
        """All names, as published."""
        return list(self._profiles)

    @property
    def active(self) -> list[CatalogueProfile]:
        """Those that a session can be created with."""
        return [profile for profile in self if self._usable(profile)]

    @property
    def needs(self) -> dict[Need, list[CatalogueProfile]]:
        """The needs that can be served now, and by which profiles, the preferred one first."""
        served: dict[Need, list[CatalogueProfile]] = {}
        for profile in self.active:
            if profile.serves:
                served.setdefault(profile.serves, []).append(profile)
        return served

    @staticmethod
    def _usable(profile: QosProfile) -> bool:
        return profile.status is QosProfileStatus.ACTIVE


_PROFILES = TypeAdapter(list[CatalogueProfile])


def load_catalogue(path: Path | None = None, named: str = "QOD_CATALOGUE") -> Catalogue:
    """Read a catalogue file: a JSON list of CAMARA `QosProfile` objects, each with `serves`.

    Args:
        path: the file; by default the four demo profiles that ship with the package.
        named: the variable or option that it was given with, for errors.

    Raises:
        SettingsError: the file is missing or not such a list.
    """
    source = path or resources.files("camara_qod.data") / "catalogue.json"
    try:
        return Catalogue(_PROFILES.validate_json(source.read_bytes()), f"The catalogue {path}")
    except OSError as error:
        raise SettingsError(
            f"The catalogue {path} cannot be read ({error.strerror}): check {named}."
        ) from error
    except ValidationError as error:
        raise SettingsError(
            f"The catalogue {path} does not hold: {faults(error, _PROFILES)}. {named} is a JSON "
            "list of CAMARA QosProfile objects, each with an optional `serves`."
        ) from error
