"""The mock operator that clients of other people are let loose on."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
from pydantic import SecretStr

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

from ..serving import served


@dataclass(frozen=True)
class Mock:
    """Where it is, and a token that it takes."""

    root: str
    token: str


@pytest.fixture(params=["tokens", "open"])
def mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """With tokens as an operator has them, and in open mode with a token from nowhere."""
    opened = request.param == "open"
    clients = {} if opened else {"app": SecretStr("secret")}
    with served(Operator(OperatorSettings(open=opened, clients=clients))) as root:
        yield Mock(root, "from-nowhere" if opened else granted(root))


def granted(root: str) -> str:
    """An access token, got as the discovery document says."""
    endpoint = httpx2.get(f"{root}/.well-known/openid-configuration").json()["token_endpoint"]
    form = {"grant_type": "client_credentials", "scope": "dpv:RequestedServiceProvision"}
    return str(httpx2.post(endpoint, data=form, auth=("app", "secret")).json()["access_token"])
