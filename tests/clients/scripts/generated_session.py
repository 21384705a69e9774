"""The life of a session by a generated client: `python generated_session.py ROOT TOKEN FOLDER`."""

import json
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

root, token, folder = sys.argv[1:]
sys.path.insert(0, folder)

from qod_generated import AuthenticatedClient, models  # noqa: E402
from qod_generated.api.qo_s_sessions import (  # noqa: E402
    create_session,
    delete_session,
    extend_qos_session_duration,
    get_session,
    retrieve_sessions_by_device,
)

CLIENT = AuthenticatedClient(base_url=f"{root}/quality-on-demand/v1", token=token)


def called(name: str, operation: Any, *args: Any, **kwargs: Any) -> Any:
    """Make a call, and say what came of it."""
    answer = operation.sync_detailed(*args, client=CLIENT, **kwargs)
    parsed = plain(answer.parsed)
    sent = json.loads(answer.content) if answer.content else None
    told = {"call": name, "status": int(answer.status_code), "kind": type(answer.parsed).__name__}
    told |= {"parsed": parsed, "lossless": moments(parsed) == moments(sent)}
    print(json.dumps(told))  # noqa: T201
    return answer.parsed


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(item) for item in value]
    return None if value is None else value.to_dict()


def moments(value: Any) -> Any:
    """JSON with its times as moments, which may be written in two ways."""
    if isinstance(value, list):
        return [moments(item) for item in value]
    if isinstance(value, dict):
        return {name: moments(item) for name, item in value.items()}
    if isinstance(value, str) and value[4:5] == "-" and "T" in value:
        return datetime.fromisoformat(value).timestamp()
    return value


DEVICE = models.Device(ipv_4_address={"publicAddress": "203.0.113.9", "publicPort": 8443})
FLOW: dict[str, Any] = {
    "application_server": models.ApplicationServer(ipv_4_address="203.0.113.100"),
    "application_server_ports": models.PortsSpec(
        ports=[443], ranges=[models.PortsSpecRangesItem(from_=5000, to=5010)]
    ),
    "qos_profile": "QOS_E",
    "duration": 600,
}
body = models.CreateSession(device=DEVICE, **FLOW)

made = called("create", create_session, body=body)
one: UUID = made.session_id
called("get", get_session, one)
longer = models.ExtendSessionDuration(requested_additional_duration=60)
called("extend", extend_qos_session_duration, one, body=longer)
wanted = models.RetrieveSessionsInput(device=DEVICE)
called("list", retrieve_sessions_by_device, body=wanted)
called("create again", create_session, body=body)
wrong = models.CreateSession(device=DEVICE, **FLOW | {"qos_profile": "a"})
called("create wrong", create_session, body=wrong)
called("create for nobody", create_session, body=models.CreateSession(**FLOW))
called("delete", delete_session, one)
called("get again", get_session, one)
