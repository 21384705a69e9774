"""A mock operator, its clock, and a record of what was asked of its provider."""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pydantic import SecretStr

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.models import CreateSession
from camara_qod.tools.camara.oauth.access_token import AccessTokens
from camara_qod.tools.camara.oauth.auth import OAuth
from camara_qod.tools.camara.oauth.identity import Identity, Secret
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.in_process import API_ROOT, InProcessTransport
from camara_qod.tools.operator.settings import OperatorSettings

SECRET = Secret("app", SecretStr("s:1/é"))
BODY = CreateSession.model_validate(
    {
        "device": {"phoneNumber": "+351966666666"},
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 600,
    }
)

#: A private key on secp112r1, which `cryptography` does not know.
UNKNOWN_CURVE = b"""-----BEGIN PRIVATE KEY-----
ME4CAQAwEAYHKoZIzj0CAQYFK4EEAAYENzA1AgEBBA4LkffHb3j6OIVs6mIGu6Eg
Ax4ABNKqgohvWT8NBVwvX4OdS7QBrBTD3i7qvmjy8hM=
-----END PRIVATE KEY-----
"""


class Clock:
    """The time, standing still until it is moved by hand."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class Watched(httpx2.BaseTransport):
    """Passes requests on, and keeps them."""

    def __init__(
        self, inner: httpx2.BaseTransport, before: Callable[[httpx2.Request], None] | None = None
    ) -> None:
        self._inner = inner
        self._before = before
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        if self._before:
            self._before(request)
        return self._inner.handle_request(request)

    def forms(self, path: str) -> list[dict[str, str]]:
        """What was posted to an endpoint."""
        return [
            {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
            for request in self.requests
            if request.url.path == path
        ]

    def calls(self) -> list[httpx2.Request]:
        """What went to the API."""
        return [request for request in self.requests if "/v1/" in request.url.path]


class World:
    """An operator with one client, and a plugin's client of it."""

    def __init__(
        self,
        identity: Identity = SECRET,
        keys: dict[str, str] | None = None,
        lifetime: int = 60,
        purpose: str | None = None,
        grant: str = "client_credentials",
    ) -> None:
        self.clock = Clock()
        settings = OperatorSettings(
            clients={"app": SECRET.secret},
            client_keys=keys or {},
            token_lifetime=lifetime,
            require_purpose=purpose is not None,
        )
        self.operator = Operator(settings, clock=self.clock)
        self.wire = Watched(InProcessTransport(self.operator.app))
        self.auth = OAuth(
            API_ROOT,
            identity,
            grant=grant,  # type: ignore[arg-type]
            purpose=purpose,
            tokens=AccessTokens(self.clock),
        )
        self.client = QodClient(API_ROOT, auth=self.auth, transport=self.wire)

    def asynchronous(self) -> AsyncQodClient:
        """An asynchronous client with the same tokens."""
        transport = httpx2.ASGITransport(app=self.operator.app)
        return AsyncQodClient(API_ROOT, auth=self.auth, transport=transport)


def key_pair(kind: str) -> tuple[bytes, str]:
    """A private key and its public half (PEM)."""
    private = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem, public.decode()


def written(folder: Path, pem: bytes) -> Path:
    """A key in a file."""
    path = folder / "key.pem"
    path.write_bytes(pem)
    return path
