"""How the token endpoint and the backchannel endpoint refuse."""


class OAuthError(Exception):
    """A refusal in the form of RFC 6749, 5.2.

    Args:
        error: the code.
        description: what failed and what to do about it.
        status: HTTP status.
    """

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


def unknown_client(reason: str) -> OAuthError:
    """401: who calls has not been shown."""
    return OAuthError("invalid_client", reason, 401)
