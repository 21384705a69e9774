"""An issuer of access tokens behind a real server, whose keys and answers a test decides."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

AUDIENCE = "https://qod.example"
#: Making one takes a while; which keys an issuer publishes is told apart by their names.
RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()

Answer = tuple[int, dict[str, str], bytes]


class FakeIssuer:
    """Publishes keys and signs tokens.

    Attributes:
        url: of the issuer.
        keys: the JWK Set that it publishes.
        answers: by path; what is not JSON yet is made so.
        asked: the paths of the requests that came.
        slow: seconds until an answer.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys = [jwk(RSA, "one"), jwk(EC, "curve"), jwk(ED, "edwards")]
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.slow = 0.0

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        time.sleep(self.slow)
        if path in self.answers:
            return self.answers[path]
        document = {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}
        bodies = {"/.well-known/openid-configuration": document, "/jwks": {"keys": self.keys}}
        if path not in bodies:
            return 404, {}, b""
        return 200, {}, json.dumps(bodies[path]).encode()

    def claims(self, **more: Any) -> dict[str, Any]:
        """Those of a token that holds; `None` leaves one out."""
        now = int(time.time())
        every = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "ana@example.com",
            "iat": now,
            "exp": now + 300,
            "scope": "openid qod:decide act",
        }
        return {name: item for name, item in (every | more).items() if item is not None}

    def token(
        self,
        key: Any = RSA,
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A token that holds but for what is given."""
        named = {"kid": "one", "typ": "at+jwt"} | (headers or {})
        # Not `jwt.encode`, which makes no claims that do not hold.
        payload = json.dumps(self.claims(**claims)).encode()
        return jwt.PyJWS().encode(payload, key, algorithm, headers=named)


@contextmanager
def issuing() -> Iterator[FakeIssuer]:
    """An issuer on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = issuer.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = FakeIssuer(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()


def jwk(private: Any, name: str, **more: Any) -> dict[str, Any]:
    """The public half of a key."""
    kinds: dict[type, type[jwt.algorithms.Algorithm]] = {
        rsa.RSAPrivateKey: jwt.algorithms.RSAAlgorithm,
        ec.EllipticCurvePrivateKey: jwt.algorithms.ECAlgorithm,
        ed25519.Ed25519PrivateKey: jwt.algorithms.OKPAlgorithm,
    }
    kind = next(made for known, made in kinds.items() if isinstance(private, known))
    public: Any = kind.to_jwk(private.public_key(), as_dict=True)  # type: ignore[call-overload]
    return dict(public) | {"kid": name, "use": "sig"} | more


def handmade(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token as no library would make it."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
