"""Many at once."""

import asyncio
from collections import Counter

import httpx2

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

from ...serving import served

SESSIONS = "/quality-on-demand/v1/sessions"
BODY = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


async def test_of_200_clients_that_race_for_a_flow_one_wins(tmp_path) -> None:
    operator = Operator(OperatorSettings(database=f"sqlite:///{tmp_path / 'mock.db'}"))
    headers = [
        {"Authorization": f"Bearer {operator.authority.token(f'client-{number}')}"}
        for number in range(200)
    ]
    limits = httpx2.Limits(max_connections=200)
    with served(operator) as root:
        async with httpx2.AsyncClient(base_url=root, limits=limits, timeout=60) as client:
            answers = await asyncio.gather(
                *(client.post(SESSIONS, json=BODY, headers=header) for header in headers)
            )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 199}
