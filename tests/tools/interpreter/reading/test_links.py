import pytest

from camara_qod.tools.interpreter.reading.mention import Invalid, Sink
from camara_qod.tools.interpreter.reading.reader import read_mentions


def sinks(text: str) -> list[str]:
    return [item.url for item in read_mentions([text]) if isinstance(item, Sink)]


def unusable(text: str) -> list[str]:
    return [
        item.reason
        for item in read_mentions([text])
        if isinstance(item, Invalid) and "sink" in item.fields
    ]


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
        ("https://café.example", "https://xn--caf-dma.example"),
        ("https://例え.テスト/x", "https://xn--r8jz45g.xn--zckzah/x"),
        ("https://jürgen@host.example/x", "https://j%C3%BCrgen@host.example/x"),
        ("https://host.example/über?q=ä#ö", "https://host.example/%C3%BCber?q=%C3%A4#%C3%B6"),
        ("https://host.example/a%20b?c=d&e=%2F", "https://host.example/a%20b?c=d&e=%2F"),
        ("https://host.example:8443/x", "https://host.example:8443/x"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://198.51.100.7/x", "https://198.51.100.7/x"),
        ("https://callbacks/x", "https://callbacks/x"),
        ("https://a_b.example/x_(y)", "https://a_b.example/x_(y)"),
        ("HTTPS://Host.example/X", "https://Host.example/X"),
    ],
)
@pytest.mark.parametrize(
    "frame", ["notify {}", "notify <{}>.", "notify ({}), please", '"sink":"{}"', "|sink|{}|"]
)
def test_a_link_is_sent_whole(written: str, sent: str, frame: str) -> None:
    assert sinks(frame.format(written)) == [sent]


@pytest.mark.parametrize(
    "written",
    [
        "https://host.example/x—thanks",
        "https://host.example/x’s",
        "https://host.example/hook'a",
        "https://host.example/hook谢谢",
        "https://host.example通知",
        "http://host.example/x",
        "ftp://host.example/x",
        "https://host.example/{id}",
        "https://☃.example/",
        "https://host.example:port/x",
        "example.com/hook",
        "hooks.example/x",
        "münchen.example/hook",
        "www.example.com",
    ],
)
def test_what_cannot_be_sent_is_named_whole_and_never_shortened(written: str) -> None:
    text = f"gaming for 1 hour, notify me at {written}"
    assert sinks(text) == []
    (reason,) = unusable(text)
    assert written in reason


def test_nothing_inside_an_unusable_link_is_read() -> None:
    (link,) = read_mentions(["look: https://host.example/—2001:db8::1"])
    assert isinstance(link, Invalid)
