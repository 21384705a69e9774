"""The sessions that a conversation knows, and whose they are."""

from camara_qod.tools.interpreter.reading.sessions import KnownSessions

A, B = (f"3fa85f64-5717-4562-b3fc-2c963f66afa{digit}" for digit in "67")
ADDRESS = {"publicAddress": "203.0.113.9", "publicPort": 8443}


def test_a_device_is_told_by_the_call_and_by_the_answer() -> None:
    known = KnownSessions((A, B)).told(
        [
            {"sessionId": A.upper(), "duration": 60, "device": {"phoneNumber": "+351966666666"}},
            {"sessionId": B, "duration": 60},
        ],
        {"ipv4Address": ADDRESS},
    )
    assert known.of_device("+351966666666") == (A,)
    assert known.of_device("203.0.113.9") == (A, B)
    assert known.without(A).of_device("203.0.113.9") == (B,)
    assert known.of_device("10.0.0.1") == ()


def test_a_session_of_nobody_is_nobodys() -> None:
    known = KnownSessions((A,)).told({"sessionId": A, "duration": 60})
    assert known.devices == {}
