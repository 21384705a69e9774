"""What an HTTP client takes from the environment beside our settings: proxies and certificates."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from camara_qod.tools.errors import SettingsError


@contextmanager
def of_environment() -> Iterator[None]:
    """Errors of making an HTTP client that have their cause in a variable of the environment.

    Raises:
        SettingsError: a proxy or the certificates cannot be used.
    """
    try:
        yield
    except ImportError as error:
        raise SettingsError(
            "ALL_PROXY, HTTP_PROXY or HTTPS_PROXY names a SOCKS proxy, which needs one more "
            "package: pip install socksio, or name an HTTP proxy."
        ) from error
    except (ValueError, httpx2.InvalidURL) as error:
        raise SettingsError(
            f"ALL_PROXY, HTTP_PROXY, HTTPS_PROXY or NO_PROXY does not hold ({error}): correct it, "
            "or unset it."
        ) from error
    except OSError as error:
        raise SettingsError(
            f"SSL_CERT_FILE or SSL_CERT_DIR cannot be read ({error.strerror or error}): name "
            "certificates in PEM form, or unset it."
        ) from error
