"""What differs between the versions of the APIs that are spoken and served."""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from camara_qod.tools.camara import models, models_1_2
from camara_qod.tools.errors import InvalidRequest
from camara_qod.tools.faults import faults

#: How a version is called in settings: `1.1` for 1.1.0, `1.2` for 1.2.0-rc.3 of both APIs.
ApiVersion = Literal["1.1", "1.2"]
R = TypeVar("R", bound=models.Request)


@dataclass(frozen=True)
class Edition:
    """One version of quality-on-demand and qos-profiles.

    `sessions` and `profiles` are the base paths of the two APIs. `strict`: properties that the
    specification does not know are refused, at any depth; otherwise they are ignored.
    `most_sessions`: how many are listed; `None`: all.
    """

    name: ApiVersion
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

    def body(self, kind: type[R], value: models.Request | dict[str, Any]) -> R:
        """A body as this version has it.

        Args:
            kind: one of `request_models`.
            value: the body in another version, or on the wire.

        Raises:
            InvalidRequest: this version does not take it.
        """
        if type(value) is kind:
            return value
        try:
            return kind.model_validate(value if isinstance(value, dict) else value.wire())
        except ValidationError as error:
            raise InvalidRequest(
                f"Not sent, as version {self.version} of the API does not take it: "
                f"{faults(error, kind)}. Correct the request."
            ) from error


EDITIONS: dict[ApiVersion, Edition] = {
    "1.1": Edition(
        name="1.1",
        version="1.1.0",
        sessions="/quality-on-demand/v1",
        profiles="/qos-profiles/v1",
        create_session=models.CreateSession,
        retrieve_sessions=models.RetrieveSessionsInput,
        profile_request=models.QosProfileDeviceRequest,
        extend_session=models.ExtendSessionDuration,
        session_info=models.SessionInfo,
        strict=False,
    ),
    "1.2": Edition(
        name="1.2",
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
