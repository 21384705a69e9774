#!/usr/bin/env bash
# network-as-code 10.0.0 (Nokia's SDK, PyPI), with httpx 0.28.1 and pydantic 2.14.4.
#
# Its reference (reference.md in the package, example of create_session_v1) gives addresses as
# `ipv_4_address`. The names that the SDK knows are `ipv4address` and `ipv6address`; any other is
# taken in silence, by the classes as by dicts, and travels as it was written. Below `ipv4address`
# nothing is translated, while everywhere else snake case becomes the API's camel case: it has to be
# `publicAddress` there, and `public_address` travels as that.
#
# Source: the package itself; neither its reference nor its README says so.
#
# Why it matters: beside a phone number the request still succeeds at an operator that ignores
# unknown properties (quality-on-demand 1.1.0 lets it), without the address that was meant. Alone it
# is a 400 about a missing device, whose cause is not in sight.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
  network-as-code==10.0.0 httpx==0.28.1 pydantic==2.14.4
"$folder/venv/bin/python" - <<'PYTHON'
import json

import httpx
from network_as_code import NetworkAsCodeApi
from network_as_code.core.api_error import ApiError
from network_as_code.qod import CreateSessionV1QodRequestDevice

sent = []


def answer(request):
    sent.append(json.loads(request.content)["device"])
    return httpx.Response(400, json={})


api = NetworkAsCodeApi(api_key="none", httpx_client=httpx.Client(transport=httpx.MockTransport(answer)))
wire = {"publicAddress": "203.0.113.9", "publicPort": 80}
snake = {"public_address": "203.0.113.9", "public_port": 80}
for device in (
    CreateSessionV1QodRequestDevice(phone_number="+99999991001", ipv_4_address=wire),
    {"phone_number": "+99999991001", "ipv_4_address": wire},
    {"phone_number": "+99999991001", "ipv4address": snake},
    {"phone_number": "+99999991001", "ipv4address": wire},
):
    try:
        api.qod.create_session_v1(
            device=device, application_server={"ipv4address": "203.0.113.100"}, qos_profile="QOS_E"
        )
    except ApiError:
        pass
    print(sent[-1])

phone = {"phoneNumber": "+99999991001"}
assert sent == [
    phone | {"ipv_4_address": wire},
    phone | {"ipv_4_address": wire},
    phone | {"ipv4Address": snake},
    phone | {"ipv4Address": wire},
], "the behaviour has changed"
PYTHON
