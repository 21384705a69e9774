"""What an application serves, for errors that tell of it."""

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import Match


def methods(request: Request) -> set[str]:
    """All methods of a path; each has a route of its own here."""
    return {
        method
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
