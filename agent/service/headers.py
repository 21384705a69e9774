"""What each answer says to browsers."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A route that sends one of these itself keeps its own. A page's content policy replaces the one
#: here, and so has to name `frame-ancestors` too.
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Answers of the API are one caller's alone.
_OF_THE_API = {"Cache-Control": "no-store"}


def security_headers(path: str) -> dict[str, str]:
    """The headers of an answer to a request for a path."""
    return _ALWAYS | (_OF_THE_API if path.startswith("/v1") else {})


class SecurityHeaders:
    """Middleware that puts `security_headers` on each answer.

    Args:
        app: answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in security_headers(scope["path"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)
