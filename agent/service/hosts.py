"""By which name the service is called, and from whose pages."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from camara_qod.agent.service.problems import Problem
from camara_qod.tools.listening import is_loopback

_HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]{1,5})?")
_SAFE = ("GET", "HEAD", "OPTIONS")


class KnownHosts:
    """Middleware that lets calls in under this machine's own names, and a few others.

    A page of another site may have its name point to this machine (DNS rebinding); then it calls
    the service under that name. And a page may send here what it cannot read the answer to; then
    its own name is in `Origin`.

    Args:
        app: gets the calls that are let in.
        names: hosts beside the loopback ones, such as that of a proxy.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        problem = self._wrong(scope) if scope["type"] == "http" else None
        if problem is None:
            await self._app(scope, receive, send)
            return
        await problem.response_at(scope["path"])(scope, receive, send)

    def _wrong(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        hosts = [item.lower() for item in headers.getlist("host")]
        if len(hosts) != 1 or not self._known(hosts[0]):
            return Problem(
                421,
                "Unknown host",
                "The service is not called by this name here: use localhost, or add the name to "
                "QOD_SERVE_ALLOWED_HOSTS.",
            )
        origins = headers.getlist("origin")
        if scope["method"] in _SAFE or all(self._same(item, hosts[0]) for item in origins):
            return None
        return Problem(403, "Another site", "A page of another site may not call this service.")

    def _known(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        name = found and (found["six"] or found["name"])
        return bool(name) and (is_loopback(str(name)) or name in self._names)

    def _same(self, origin: str, host: str) -> bool:
        """Whether a page is the service's own; a proxy may have called it by another name."""
        try:
            parts = urlsplit(origin.lower())
            return parts.netloc == host or parts.hostname in self._names
        except ValueError:
            return False
