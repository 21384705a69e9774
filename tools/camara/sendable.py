"""What a request is made of: URLs that it can go to, and secrets that can be sent with it."""

import httpx2
from pydantic import SecretStr

_LAST_PORT = 65535


def check_url(text: str) -> None:
    """Refuse what no request can be sent to.

    Args:
        text: a URL, `http://…` or `https://…`.

    Raises:
        ValueError: it is none, or names no host or no port that there is.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise _no_url(str(error)) from error
    # What may not stand in a name is escaped there; in an IPv6 address, a zone is.
    if not url.host or ("%" in url.host and ":" not in url.host):
        raise _no_url("there is no host in it")
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise _no_url(f"there is no port {url.port}")


def _no_url(reason: str) -> ValueError:
    return ValueError(
        f"it is no URL ({reason.rstrip('.')}): write https://host or https://host:port"
    )


def secret(given: SecretStr) -> SecretStr:
    """A secret without the white space around it, such as the last line break of a mounted file.

    Raises:
        ValueError: nothing is left.
    """
    text = given.get_secret_value().strip()
    if not text:
        raise ValueError("it is blank: set it anew, or leave it out")
    return SecretStr(text)


def header_secret(given: SecretStr) -> SecretStr:
    """The same of one that stands in a header as it is.

    Raises:
        ValueError: no header can hold it; the text does not show it.
    """
    found = secret(given)
    text = found.get_secret_value()
    if not (text.isascii() and text.isprintable()):
        raise ValueError(
            "it holds a line break or a character outside printable ASCII: set it anew"
        )
    return found
