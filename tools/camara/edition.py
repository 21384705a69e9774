"""What differs between the versions of the APIs that are spoken and served."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from camara_qod.tools.camara import models, models_1_2

SESSIONS = "/quality-on-demand/v1"
PROFILES = "/qos-profiles/v1"
#: How a version is called in settings: `1.1` for 1.1.0, `1.2` for 1.2.0-rc.3 of both APIs.
ApiVersion = Literal["1.1", "1.2"]


@dataclass(frozen=True)
class Edition:
    """One version of quality-on-demand and qos-profiles.

    `strict`: properties that the specification does not know are refused, at any depth; otherwise
    they are ignored. `most_sessions`: how many are listed; `None`: all.
    """

    version: str
    sessions: str
    profiles: str
    create_session: type[models.CreateSession]
    retrieve_sessions: type[models.RetrieveSessionsInput]
    profile_request: type[models.QosProfileDeviceRequest]
    extend_session: type[models.ExtendSessionDuration]
    session_info: type[models.SessionInfo]
    strict: bool
    most_sessions: int | None = None

    def request_models(self) -> list[type[BaseModel]]:
        """All bodies that clients send."""
        return [
            self.create_session,
            self.retrieve_sessions,
            self.profile_request,
            self.extend_session,
        ]


EDITIONS: dict[ApiVersion, Edition] = {
    "1.1": Edition(
        version="1.1.0",
        sessions=SESSIONS,
        profiles=PROFILES,
        create_session=models.CreateSession,
        retrieve_sessions=models.RetrieveSessionsInput,
        profile_request=models.QosProfileDeviceRequest,
        extend_session=models.ExtendSessionDuration,
        session_info=models.SessionInfo,
        strict=False,
    ),
    "1.2": Edition(
        version="1.2.0-rc.3",
        sessions="/quality-on-demand/v1rc3",
        profiles="/qos-profiles/v1rc3",
        create_session=models_1_2.CreateSession,
        retrieve_sessions=models_1_2.RetrieveSessionsInput,
        profile_request=models_1_2.QosProfileDeviceRequest,
        extend_session=models.ExtendSessionDuration,
        session_info=models_1_2.SessionInfo,
        strict=True,
        most_sessions=100,
    ),
}
