"""A token that a server was given at its start, in what its callers send."""

import secrets


def misfit(header: str | None, token: str, name: str) -> str:
    """Why a call does not carry a token; empty where it does.

    Args:
        header: `Authorization`, if there is one.
        token: what is wanted.
        name: what the token is called.
    """
    if header is None:
        return f"There is no Authorization header: send Bearer and {name}."
    kind, _, given = header.partition(" ")
    if kind.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode()):
        return ""
    return f"What the Authorization header has is not {name}: send Bearer and the right one."
