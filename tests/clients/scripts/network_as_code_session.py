"""The life of a session by Nokia's SDK: `python network_as_code_session.py ROOT TOKEN`."""

import json
import sys
from typing import Any

from network_as_code import NetworkAsCodeApi
from network_as_code.core.api_error import ApiError


def told(**step: Any) -> None:
    print(json.dumps(step))  # noqa: T201


def refused(call: Any, *args: Any, **kwargs: Any) -> None:
    try:
        call(*args, **kwargs)
    except ApiError as error:
        told(refused=type(error).__name__, status=error.status_code, code=error.body["code"])
    else:
        told(refused=None)


root, token = sys.argv[1:]
# It sends its key to a gateway; a token goes in as a header of its constructor.
api = NetworkAsCodeApi(
    base_url=root, api_key="none", headers={"Authorization": f"Bearer {token}"}, timeout=30
)
phone = {"phone_number": "+351966666666"}
flow = {
    "device": phone,
    "application_server": {"ipv4address": "203.0.113.100"},
    "application_server_ports": {"ports": [443], "ranges": [{"from_": 5000, "to": 5010}]},
    "qos_profile": "QOS_E",
    "duration": 600,
}

made = api.qod.create_session_v1(**flow)
ports = made.application_server_ports
told(
    created=made.session_id,
    status=made.qos_status,
    seconds=made.duration,
    ports=[*ports.ports, ports.ranges[0].from_, ports.ranges[0].to],
)
got = api.qod.get_session_v1(made.session_id)
lasts = (got.expires_at - got.started_at).total_seconds()
told(got=got.session_id, status=got.qos_status, expires=int(lasts))
longer = api.qod.extend_session_v1(made.session_id, requested_additional_duration=60)
told(extended=longer.session_id, seconds=longer.duration)
told(listed=[item.session_id for item in api.qod.retrieve_sessions_v1(device=phone)])
refused(api.qod.create_session_v1, **flow)
refused(api.qod.create_session_v1, **flow | {"device": {"phone_number": "12"}})
api.qod.delete_session_v1(made.session_id)
told(deleted=made.session_id)
refused(api.qod.get_session_v1, made.session_id)
