import socket

import pytest

from camara_qod.tools.errors import Unavailable
from camara_qod.tools.listening import check_address


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_a_free_port(host: str) -> None:
    check_address(host, 0)


def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"127\.0\.0\.1, port {port} .* --host or --port"):
            check_address("127.0.0.1", port)


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1", "", "a" * 300, "\udcff"])
def test_an_address_that_is_not_ours(host: str) -> None:
    if not host:  # stands for every address, as it does for a server
        check_address(host, 0)
        return
    with pytest.raises(Unavailable, match="--host or --port"):
        check_address(host, 0)
