"""What a person agrees to can be read in whole."""

import io

import pytest

from camara_qod.agent.conversation import Pending
from camara_qod.agent.display import show_pending
from camara_qod.tools.screen import screen

SESSION = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def printed(pending: Pending, width: int) -> str:
    out = io.StringIO()
    show_pending(screen(file=out, width=width), pending, body=False)
    return out.getvalue()


def test_an_id_is_not_cut_in_a_narrow_terminal() -> None:
    arguments = {"sessionId": SESSION, "requestedAdditionalDuration": 900}
    reasons = {"sessionId": "the session this conversation is about"}
    pending = Pending("extendQosSessionDuration", arguments, reasons)
    for width in (60, 72, 80, 120):
        text = printed(pending, width)
        assert SESSION in text
        assert "requestedAdditionalDuration" in text
        assert "…" not in text


def test_what_does_not_fit_side_by_side_stands_one_below_the_other() -> None:
    pending = Pending("deleteSession", {"sessionId": SESSION}, {"sessionId": "why"})
    assert [line.rstrip() for line in printed(pending, 40).splitlines()] == [
        "deleteSession",
        "sessionId",
        f"  {SESSION}",
        "  why",
    ]


def test_an_id_is_folded_where_no_line_holds_it() -> None:
    rows = printed(Pending("deleteSession", {"sessionId": SESSION}), 24).splitlines()
    assert "".join(row.strip() for row in rows[2:]) == SESSION


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_body_is_folded_and_not_cut(width: int) -> None:
    link = "https://example.com/" + "x" * 150
    out = io.StringIO()
    console = screen(file=out, width=width)
    show_pending(console, Pending("createSession", {"sink": link}), body=True)
    assert "".join(out.getvalue().split()).count(link) == 2


def test_a_long_link_is_folded_and_not_cut() -> None:
    link = "https://example.com/" + "x" * 120
    text = printed(Pending("createSession", {"sink": link}), 80)
    assert link in "".join(text.split())
    assert "…" not in text


def test_what_is_left_out_is_shown_with_it() -> None:
    pending = Pending("deleteSession", {"sessionId": SESSION}, remarks=("Not used: 20 minutes.",))
    assert printed(pending, 80).splitlines()[-1].strip() == "Not used: 20 minutes."


@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_is_agreed_to_stands_letter_for_letter(width: int) -> None:
    server, link = "2001:db8::1234:5678", "https://example.com/[/b]/:smile:"
    arguments = {"applicationServer": {"ipv6Address": server}, "sink": link}
    text = printed(Pending("createSession", arguments, {"sink": ":+1: [red]"}), width)
    for written in (server, link, ":+1: [red]"):
        assert written in text
