"""A real server whose tokens live for two seconds, and clients that never stop calling."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from pydantic import SecretStr

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.oauth.auth import OAuth
from camara_qod.tools.camara.oauth.identity import Secret
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

from ....serving import served

SECRET = SecretStr("s")
#: Long enough for two lives of a token.
SECONDS = 5.0


def test_no_call_fails_while_tokens_end_again_and_again() -> None:
    settings = OperatorSettings(clients={"app": SECRET}, token_lifetime=2)
    with served(Operator(settings)) as root, ThreadPoolExecutor(4) as pool:
        auth = OAuth(root, Secret("app", SECRET))
        loops = [pool.submit(asyncio.run, _asynchronous(root, auth))]
        loops += [pool.submit(_synchronous, root, auth) for _ in range(3)]
        calls = [loop.result() for loop in loops]
    assert min(calls) > 1


def _synchronous(root: str, auth: OAuth) -> int:
    calls, until = 0, time.monotonic() + SECONDS
    with QodClient(root, auth=auth) as client:
        while time.monotonic() < until:
            client.get_qos_profile("QOS_E")
            calls += 1
    return calls


async def _asynchronous(root: str, auth: OAuth) -> int:
    calls, until = 0, time.monotonic() + SECONDS
    async with AsyncQodClient(root, auth=auth) as client:
        while time.monotonic() < until:
            await asyncio.gather(*[client.get_qos_profile("QOS_E") for _ in range(4)])
            calls += 4
    return calls
