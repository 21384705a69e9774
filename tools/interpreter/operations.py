"""The operations that the interpreter can decide for, with the models of their arguments."""

from pydantic import BaseModel

from camara_qod.tools.camara.models import (
    CreateSession,
    ExtendSessionDuration,
    QosProfileName,
    Request,
    RetrieveSessionsInput,
    SessionId,
)

CREATE = "createSession"
GET = "getSession"
DELETE = "deleteSession"
EXTEND = "extendQosSessionDuration"
LIST = "retrieveSessionsByDevice"
LIST_PROFILES = "retrieveQoSProfiles"
GET_PROFILE = "getQosProfile"


class SessionReference(Request):
    """Arguments of `getSession` and `deleteSession`: the path parameter."""

    session_id: SessionId


class SessionExtension(ExtendSessionDuration, SessionReference):
    """Arguments of `extendQosSessionDuration`: path parameter and body."""


class NoArguments(Request):
    """Arguments of `retrieveQoSProfiles`: none; all profiles are wanted."""


class ProfileReference(Request):
    """Arguments of `getQosProfile`: the path parameter."""

    name: QosProfileName


ARGUMENTS: dict[str, type[BaseModel]] = {
    CREATE: CreateSession,
    GET: SessionReference,
    DELETE: SessionReference,
    EXTEND: SessionExtension,
    LIST: RetrieveSessionsInput,
    LIST_PROFILES: NoArguments,
    GET_PROFILE: ProfileReference,
}
