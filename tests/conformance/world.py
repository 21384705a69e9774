"""A running mock operator, somebody who receives its notifications, and one scenario's request."""

import itertools
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import trustme
import yaml
from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS30Validator
from pydantic import SecretStr
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from camara_qod.tools.catalogue import Catalogue, load_catalogue
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.scopes import ALL_SCOPES
from camara_qod.tools.operator.settings import OperatorSettings

from ..serving import served

CONTROL, CLIENT, OTHER_CLIENT = "control-token", "app-one", "app-two"
RESTRICTED, INACTIVE = "QOS_RESTRICTED", "QOS_RETIRED"
RESTRICTED_DEVICE = {"phoneNumber": "+34600000001"}
_numbers = itertools.count(1)


def catalogue() -> Catalogue:
    """The demo profiles, one that is retired and one for a single device."""
    profiles = list(load_catalogue())
    retired = profiles[0].model_copy(update={"name": INACTIVE, "status": "INACTIVE"})
    restricted = profiles[0].model_dump(exclude_none=True) | {
        "name": RESTRICTED,
        "restrictedTo": [RESTRICTED_DEVICE],
    }
    kind = type(profiles[0])
    return Catalogue(
        [
            *profiles,
            kind.model_validate(retired.model_dump(exclude_none=True)),
            kind.model_validate(restricted),
        ]
    )


class Receiver:
    """An https endpoint that keeps the events it gets."""

    def __init__(self, authority: trustme.CA) -> None:
        received: list[tuple[dict[str, str], dict[str, Any]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append((dict(self.headers), json.loads(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.received = received
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_port}/events"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def about(self, session_id: str, count: int = 1) -> list[tuple[dict[str, str], dict[str, Any]]]:
        """The events about a session, once there are so many."""
        for _ in range(100):
            found = [item for item in self.received if item[1]["data"]["sessionId"] == session_id]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no event about {session_id} within 5 seconds")

    def close(self) -> None:
        self._server.shutdown()


@dataclass
class Environment:
    """One version of the mock, once as it is and once with a low rate limit."""

    operator: Operator
    root: str
    strict_root: str
    strict_operator: Operator
    receiver: Receiver
    specifications: dict[str, "Specification"]
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=10))

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Give an order to the control API."""
        response = self.client.request(
            method,
            f"{self.root}/control{path}",
            json=body,
            headers={"Authorization": f"Bearer {CONTROL}"},
        )
        assert response.is_success, response.text
        return response.json() if response.content else None


@contextmanager
def environment(version: str, specifications: dict[str, "Specification"]) -> Iterator[Environment]:
    """A running environment for one version of the APIs."""
    authority = trustme.CA()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    common = {
        "api_version": version,
        "clients": {CLIENT: SecretStr("one"), OTHER_CLIENT: SecretStr("two")},
        "control_token": SecretStr(CONTROL),
        "private_sinks": True,
    }
    operator = Operator(
        OperatorSettings(**common), catalogue(), httpx2.AsyncClient(verify=context, timeout=5)
    )
    strict = Operator(OperatorSettings(**common, rate_limit="1/hour"), catalogue())
    receiver = Receiver(authority)
    with served(operator) as root, served(strict) as strict_root:
        yield Environment(operator, root, strict_root, strict, receiver, specifications)
    receiver.close()


class Specification:
    """An official OpenAPI file, for checking answers against its schemas."""

    def __init__(self, path: Path) -> None:
        self.document = _without_discriminators(yaml.safe_load(path.read_text(encoding="utf-8")))
        resource = Resource(contents=self.document, specification=DRAFT4)
        self._registry: Registry[Any] = Registry().with_resource("urn:api", resource)

    def check(self, name: str, value: Any) -> None:
        """Whether a value complies with `/components/schemas/<name>`."""
        schema = {"$ref": f"urn:api#/components/schemas/{name}"}
        validator = OAS30Validator(
            schema, registry=self._registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        errors = [error.message for error in validator.iter_errors(value)]
        assert not errors, f"{value} is no {name}: {errors}"


def _without_discriminators(value: Any) -> Any:
    """A schema whose discriminator leads to a schema that includes it cannot be followed."""
    if isinstance(value, dict):
        return {
            key: _without_discriminators(item)
            for key, item in value.items()
            if key != "discriminator"
        }
    return [_without_discriminators(item) for item in value] if isinstance(value, list) else value


@dataclass
class World:
    """What one scenario says and gets."""

    environment: Environment
    resource: str = ""
    root: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    body: Any = None
    session: dict[str, Any] = field(default_factory=dict)
    created_with: dict[str, Any] = field(default_factory=dict)
    device: dict[str, Any] = field(default_factory=dict)
    response: httpx2.Response | None = None
    event: tuple[dict[str, str], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        self.root = self.environment.root
        self.device = {"phoneNumber": f"+3469{next(_numbers):07d}"}

    @property
    def specification(self) -> Specification:
        return self.environment.specifications[self.resource.split("/")[1]]

    @property
    def answer(self) -> Any:
        assert self.response is not None
        return self.response.json()

    def token(self, client: str = CLIENT, **claims: Any) -> str:
        """The header for an access token."""
        return f"Bearer {self.environment.operator.authority.token(client, **claims)}"

    def without_scope(self, scope: str) -> str:
        return self.token(scopes=ALL_SCOPES - {scope.strip('"')})

    def three_legged(self) -> str:
        return self.token(device=self.device)

    def session_body(self, **changes: Any) -> dict[str, Any]:
        """A valid `CreateSession` for this scenario's device."""
        return {
            "device": self.device,
            "applicationServer": {"ipv4Address": "198.51.100.0/24"},
            "devicePorts": {"ranges": [{"from": 5010, "to": 5020}]},
            "applicationServerPorts": {"ports": [5060, 5070]},
            "qosProfile": "QOS_L",
            "duration": 3600,
        } | changes

    def sink(self) -> dict[str, Any]:
        return {
            "sink": self.environment.receiver.url,
            "sinkCredential": {
                "credentialType": "ACCESSTOKEN",
                "accessTokenType": "bearer",
                "accessToken": "receiver-token",
                "accessTokenExpiresUtc": "2099-01-01T00:00:00Z",
            },
        }

    def default_body(self, schema: str) -> Any:
        """A body that complies with a schema of the specification."""
        return {
            "CreateSession": self.session_body,
            "ExtendSessionDuration": lambda: {"requestedAdditionalDuration": 600},
            "RetrieveSessionsInput": lambda: {"device": self.device},
            "QosProfileDeviceRequest": lambda: {"device": self.device},
        }[schema]()

    def create(self, client: str = CLIENT, **changes: Any) -> dict[str, Any]:
        """A session that exists before the scenario's request."""
        sessions = self.environment.operator.edition.sessions
        self.created_with = self.session_body(**changes)
        response = self.environment.client.post(
            f"{self.environment.root}{sessions}/sessions",
            json=self.created_with,
            headers={"Authorization": self.token(client)},
        )
        assert response.status_code == 201, response.text
        self.session = response.json()
        self.path["sessionId"] = self.session["sessionId"]
        return self.session

    def profile(self, name: str) -> dict[str, Any]:
        """A profile as the profiles API has it."""
        profiles = self.environment.operator.edition.profiles
        response = self.environment.client.get(
            f"{self.environment.root}{profiles}/qos-profiles/{name}",
            headers={"Authorization": self.token()},
        )
        assert response.status_code == 200
        return response.json()

    def send(self, method: str) -> None:
        """The request of the scenario."""
        path = self.resource
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", value)
        content = None if self.body is None else json.dumps(self.body)
        headers = {name: value for name, value in self.headers.items() if name != "Content-Type"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        self.response = self.environment.client.request(
            method, self.root + path, content=content, headers=headers
        )

    def set_support(self, support: str) -> None:
        self.environment.control("PUT", "/devices", device=self.device, support=support)


def correlator() -> str:
    """A value for `x-correlator`."""
    return str(uuid4())


def set_at(body: dict[str, Any], path: str, value: Any) -> None:
    """Set `$.a.b`, `a[*]` or `a.ranges.from` in a body; missing objects are made."""
    parts = path.removeprefix("$.").split(".")
    node = body
    for part in parts[:-1]:
        if part == "ranges":
            node["ranges"] = [{"from": 1, "to": 2}]
            node = node["ranges"][0]
            continue
        if not isinstance(node.get(part), dict):
            node[part] = {}
        node = node[part]
    last = parts[-1]
    if last.endswith("[*]"):
        node[last[:-3]] = [value]
    else:
        node[last] = value
