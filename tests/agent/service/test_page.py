"""The page, as people use it in a browser."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

pytest.importorskip("playwright", reason="the tests of the page need the package playwright")
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.service import open_service
from camara_qod.agent.service.settings import ServiceSettings

from ...serving import running
from .browser import CHROMIUM, Gate, People, listening

expect.set_options(timeout=30000)
STATISTICS = "**/v1/statistics"
_HOUR = 1767225600


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"the tests of the page need a browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Gate]]:
    database = f"sqlite:///{tmp_path_factory.mktemp('page') / 'service.db'}"
    settings = ServiceSettings(_env_file=None, database=database, rate_limit="none")
    gate = Gate()
    with (
        open_service(listening(), settings) as service,
        running(create_app(replace(service, door=gate)), service.watches.close) as url,
    ):
        yield url, gate


@pytest.fixture
def people(browser: Browser, site: tuple[str, Gate]) -> Iterator[People]:
    found = People(browser, site[0])
    yield found
    found.leave()
    assert not found.wrong


def gaming(last: int) -> str:
    """A request for a phone of one's own."""
    return f"Low latency for gaming on +3519666666{last}, 2 hours"


def say(page: Page, text: str) -> None:
    page.get_by_label("Your request").fill(text)
    page.get_by_label("Your request").press("Enter")


def card(page: Page) -> Locator:
    """The newest proposal."""
    return page.locator(".proposal").last


def press(page: Page, name: str) -> None:
    card(page).get_by_role("button", name=name).click()


def sessions(page: Page) -> list[dict[str, Any]]:
    """The person's sessions, as the service has them."""
    script = """async () => (await fetch('/v1/sessions', {headers: sessionStorage['qod-key']
        ? {Authorization: `Bearer ${sessionStorage['qod-key']}`} : {}})).json()"""
    return list(page.evaluate(script))


def test_from_a_request_to_a_longer_session_and_its_end(people: People) -> None:
    page = people.visit()
    expect(page.get_by_role("heading", name="What should the network do for you?")).to_be_visible()
    expect(page.get_by_label("Examples to try").get_by_role("button")).to_have_count(3)
    say(page, gaming(10))
    shown = card(page)
    expect(shown.get_by_role("heading")).to_have_text("Create a session")
    marks = shown.locator("mark")
    expect(marks).to_have_text(["+3519666666101 (Device)", "2 hours4 (Duration)"])
    device = shown.locator("li[data-argument=device]")
    expect(device).to_contain_text("+351966666610")
    expect(device).to_contain_text("97 %")
    hue = "element => getComputedStyle(element).getPropertyValue('--hue')"
    assert device.evaluate(hue) == marks.first.evaluate(hue)
    server = shown.locator("li[data-argument=applicationServer]")
    expect(server).to_have_class("assumed")
    expect(server).to_contain_text("assumed the configured default server")
    body = json.loads(shown.locator("pre").inner_text())
    assert body["duration"] == 7200
    assert list(body) == ["device", "applicationServer", "qosProfile", "duration"]
    assert sessions(page) == []

    press(page, "Send it")
    expect(shown).to_contain_text("Sent")
    expect(page.get_by_role("log")).to_contain_text("is AVAILABLE")
    mine = page.locator(".session")
    expect(mine).to_contain_text("QOS_E")
    expect(mine).to_contain_text(re.compile(r"1:59:\d\d"))
    before = mine.get_by_role("timer").inner_text()
    expect(mine.get_by_role("timer")).not_to_have_text(before)

    mine.get_by_role("button", name="Extend").click()
    expect(card(page).get_by_role("heading")).to_have_text("Extend a session")
    expect(card(page)).to_contain_text("15 minutes")
    press(page, "Send it")
    expect(mine).to_contain_text(re.compile(r"2:14:\d\d"))
    mine.get_by_role("button", name=re.compile("^End")).click()
    press(page, "Send it")
    expect(page.get_by_text("None is in force.")).to_be_visible()


def test_places_are_counted_in_code_points_and_may_overlap(people: People) -> None:
    page = people.visit("ana")
    say(page, f"🎮👩‍🚀 {gaming(11)} 🎮")
    expect(card(page).locator("mark").first).to_contain_text("+351966666611")
    expect(card(page).locator("mark").last).to_contain_text("2 hours")
    expect(card(page).locator("blockquote")).to_contain_text("🎮👩‍🚀 Low latency")
    found = page.evaluate(
        """async () => (await import('/assets/spans.js')).stretches('🎮 a:1 b', [
            {argument: 'device', start: 2, end: 5}, {argument: 'devicePorts', start: 4, end: 5},
            {argument: 'sink', start: 6, end: 99}])"""
    )
    assert [(item["text"], item["arguments"], item["ends"]) for item in found] == [
        ("🎮 ", [], []),
        ("a:", ["device"], []),
        ("1", ["device", "devicePorts"], ["device", "devicePorts"]),
        (" ", [], []),
        ("b", ["sink"], ["sink"]),
    ]


def test_a_proposal_is_edited(people: People) -> None:
    page = people.visit("bea")
    say(page, gaming(12))
    press(page, "Edit")
    length = page.get_by_label("Duration in seconds")
    expect(page.get_by_label("Profile")).to_be_focused()
    length.fill("600")
    expect(card(page)).to_contain_text("= 10 minutes")
    length.press("Escape")
    expect(card(page).get_by_role("button", name="Edit")).to_be_focused()
    expect(card(page)).to_contain_text("2 hours")
    press(page, "Edit")
    length.fill("600")
    press(page, "15 minutes more")
    page.get_by_label("Profile").select_option("QOS_S")
    rest = page.get_by_label("All else, as JSON")
    rest.fill("{")
    press(page, "Send it")
    assert rest.evaluate("element => element.validationMessage").startswith("This is no JSON")
    device = {"phoneNumber": "+351966666612"}
    server = {"ipv4Address": "203.0.113.100"}
    rest.fill(json.dumps({"device": device, "applicationServer": server}))
    press(page, "Send it")
    expect(card(page)).to_contain_text("Edited and sent")
    expect(page.locator(".session")).to_contain_text("QOS_S")
    (made,) = sessions(page)
    assert (made["duration"], made["qosProfile"], made["device"]) == (1500, "QOS_S", device)


def test_what_is_refused_or_not_sent_is_told(people: People) -> None:
    page = people.visit("cia")
    log = page.get_by_role("log")
    say(page, "What will the weather be?")
    expect(log.locator(".reply")).to_have_count(1)
    say(page, gaming(13))
    press(page, "Don’t send")
    expect(card(page)).to_contain_text("Not sent")
    expect(log.locator(".failed")).to_have_count(0)
    assert sessions(page) == []
    say(page, gaming(13))
    press(page, "Send it")
    expect(page.locator(".session")).to_have_count(1)
    say(page, gaming(13))
    press(page, "Send it")
    expect(log.locator(".failed")).to_contain_text("CONFLICT")
    expect(card(page)).to_contain_text("Refused")
    say(page, gaming(13))
    expect(card(page).get_by_role("button", name="Send it")).to_be_visible()
    say(page, "Never mind the weather")
    expect(card(page)).to_contain_text("Not sent: you said something else")


def test_questions_and_remarks_are_shown_as_they_are_told(people: People) -> None:
    page = people.visit("che")
    said: list[str] = []
    markup = "<img src=x onerror=alert(1)>"
    proposal = {
        "operation": "createSession",
        "arguments": {"device": {"phoneNumber": "+351966666624"}, "duration": 60},
        "confidence": None,
        "certainty": {},
        "turns": [markup],
        "sources": [{"argument": "device", "turn": 0, "start": 0, "end": 4, "text": "<img"}],
        "assumptions": {"duration": markup},
        "remarks": [f"The port {markup} is not in it."],
    }
    answers = [
        {"text": f"Which one? {markup}", "choices": ["one", "two"], "proposal": None},
        {"text": "", "choices": [], "proposal": proposal},
    ]

    def answer(route: Route) -> None:
        said.append(route.request.post_data_json["text"])
        route.fulfill(json={"failed": False} | answers[len(said) - 1])

    page.route("**/turns", answer)
    say(page, markup)
    expect(page.locator(".reply")).to_contain_text(f"Which one? {markup}")
    page.get_by_role("group", name="Which session").get_by_role("button", name="two").click()
    expect(card(page).get_by_role("list", name="Please note")).to_contain_text(markup)
    expect(card(page).locator("mark")).to_contain_text("<img")
    expect(card(page).locator(".sure")).to_have_count(0)
    assert said == [markup, "two"]
    assert page.locator("img").count() == 0


def test_two_people_at_once_see_what_is_theirs(people: People) -> None:
    one, other = people.visit("dora"), people.visit("ed")
    say(one, gaming(14))
    say(other, gaming(15))
    for page in (one, other):
        press(page, "Send it")
    for page, number in ((one, "+351966666614"), (other, "+351966666615")):
        expect(page.locator(".session")).to_have_count(1)
        expect(page.locator(".session")).to_contain_text(number)
        expect(page.locator(".row")).to_have_count(1)


def test_an_expired_login_is_asked_for_again(people: People, site: tuple[str, Gate]) -> None:
    page = people.visit("fay-1", expected="401|net::ERR")
    say(page, gaming(16))
    expect(card(page)).to_be_visible()
    # What the page asks for by itself would be refused first.
    for asked in ("**/events", "**/v1/sessions"):
        page.route(asked, lambda route: route.abort())

    def refuse(route: Route) -> None:
        site[1].revoked |= {"fay-1", "nobody"}
        route.continue_()

    page.route("**/confirmation", refuse)
    words = page.get_by_label("Your request")
    words.fill("this is not lost")
    press(page, "Send it")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The login has expired.")
    token = dialog.get_by_label("API key or access token")
    token.fill("nobody")
    token.press("Enter")
    expect(dialog).to_be_visible()
    token.press("Escape")
    expect(page.get_by_role("alert")).to_contain_text("Unauthenticated")
    page.get_by_role("button", name="Try again").click()
    page.unroute_all()
    token.fill("fay-2")
    dialog.get_by_role("button", name="Sign in").click()
    expect(page.locator(".session")).to_contain_text("+351966666616")
    expect(words).to_have_value("this is not lost")
    assert len(sessions(page)) == 1


def test_an_answer_that_was_lost_is_asked_for_with_the_same_key(people: People) -> None:
    page = people.visit("gil", expected="net::ERR")
    say(page, gaming(17))
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 2:
            route.continue_()
            return
        route.fetch()
        route.abort()

    page.route("**/confirmation", lose)
    press(page, "Send it")
    expect(page.get_by_role("alert")).to_contain_text("The service cannot be reached.")
    page.get_by_role("button", name="Try again").click()
    expect(card(page)).to_contain_text("Sent")
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert len(sessions(page)) == 1


def test_earlier_conversations_are_gone_back_to_and_forgotten(people: People) -> None:
    page = people.visit("hal")
    say(page, gaming(18))
    expect(card(page)).to_be_visible()
    page.reload()
    expect(card(page).locator("mark").first).to_contain_text("+351966666618")
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.get_by_text("What should the network do for you?")).to_be_visible()
    say(page, "Something else")
    rows = page.locator(".row")
    expect(rows).to_have_count(2)
    rows.filter(has_text="gaming").locator(".open").click()
    expect(card(page).get_by_role("button", name="Send it")).to_be_visible()
    rows.filter(has_text="gaming").get_by_role("button", name="Forget").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("log")).to_be_empty()


def test_a_session_that_ends_is_told_by_events(people: People) -> None:
    page = people.visit("ina")
    told: list[str | None] = []

    def tell(route: Route) -> None:
        told.append(route.request.headers.get("authorization"))
        ended = [item | {"qosStatus": "UNAVAILABLE"} for item in sessions_of(route)]
        data = "".join(f"event: session\r\ndata: {json.dumps(item)}\r\n\r\n" for item in ended)
        route.fulfill(content_type="text/event-stream", body=f": begun\r\n\r\n{data}")

    def sessions_of(route: Route) -> list[dict[str, Any]]:
        response = page.request.get(
            f"{people.url}/v1/sessions", headers={"Authorization": "Bearer ina"}
        )
        return list(response.json())

    page.route("**/events", tell)
    say(page, gaming(19))
    press(page, "Send it")
    expect(page.locator(".session")).to_contain_text("Ended")
    assert set(told) == {"Bearer ina"}


def test_an_end_that_is_told_late_brings_no_session_back(people: People) -> None:
    page = people.visit("jon")
    ended = {"sessionId": str(uuid4()), "qosProfile": "QOS_E", "qosStatus": "UNAVAILABLE"}
    told = f"event: session\r\ndata: {json.dumps(ended | {'duration': 60})}\r\n\r\n"
    page.route(
        "**/events", lambda route: route.fulfill(content_type="text/event-stream", body=told)
    )
    with page.expect_response("**/events") as response:
        say(page, gaming(20))
    response.value.finished()
    page.wait_for_timeout(500)
    expect(page.get_by_text("None is in force.")).to_be_visible()
    expect(page.locator(".session")).to_have_count(0)


@pytest.mark.parametrize("view", ["talk", "watch"])
def test_a_phone_needs_no_scrolling_to_the_side(people: People, view: str) -> None:
    page = people.visit(f"jo-{view}", viewport={"width": 360, "height": 740})
    page.route(STATISTICS, figures)
    fits = "() => document.documentElement.scrollWidth <= innerWidth"
    if view == "watch":
        page.get_by_role("tab", name="Watch").click()
        expect(page.get_by_role("heading", name="The last hour")).to_be_visible()
        assert page.evaluate(fits)
        page.get_by_role("button", name="As tables").click()
    else:
        say(page, gaming(20))
        expect(card(page)).to_be_visible()
        assert page.evaluate(fits)
        press(page, "Edit")
        assert page.evaluate(fits)
        press(page, "Send it")
        expect(page.locator(".session")).to_be_visible()
    assert page.evaluate(fits)


def test_the_keyboard_reaches_everything(people: People) -> None:
    page = people.visit("kim")
    page.route(STATISTICS, figures)
    keys = page.keyboard
    expect(page.get_by_label("Your request")).to_be_focused()
    keys.type(gaming(21))
    keys.press("Control+Enter")
    expect(card(page)).to_be_focused()
    focused = "() => document.activeElement.textContent.trim()"
    seen = []
    while "Edit" not in seen and len(seen) < 9:
        keys.press("Tab")
        seen.append(page.evaluate(focused))
        outline = "() => getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid"
    assert seen[-2:] == ["Send it", "Edit"]
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.locator(".session")).to_be_visible()
    page.get_by_role("tab", name="Talk").focus()
    keys.press("ArrowRight")
    expect(page.get_by_role("tab", name="Watch")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Watch")).to_be_visible()
    assert page.url.endswith("#watch")
    chart = page.get_by_role("img", name="Requests a minute")
    chart.focus()
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(chart.locator("..").locator(".reading")).to_contain_text("all 13")
    page.get_by_role("tab", name="Watch").focus()
    keys.press("ArrowRight")
    expect(page.get_by_role("tab", name="Talk")).to_be_focused()


#: Texts whose contrast with what is behind them is less than WCAG's level AA asks for.
FAINT = """() => {
  const context = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return {parts: [red, green, blue], alpha: alpha / 255};
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const {parts, alpha} = rgba(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return parts;
    }
    return [255, 255, 255];
  };
  const light = (parts) => parts.map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  for (let node; (node = walker.nextNode());) {
    const element = node.parentElement;
    const seen = element.checkVisibility() && !element.closest('.unseen, .tabular');
    if (!node.data.trim() || !seen) continue;
    const style = getComputedStyle(element);
    const ink = rgba(element.closest('svg') ? style.fill : style.color).parts;
    const [low, high] = [light(ink), light(behind(element))].sort((one, other) => one - other);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${node.data.trim()}`);
  }
  return faint;
}"""


def test_both_themes_can_be_read(people: People) -> None:
    page = people.visit("lea", color_scheme="dark", reduced_motion="reduce")
    page.route(STATISTICS, figures)
    say(page, gaming(22))
    press(page, "Send it")
    expect(page.locator(".session")).to_be_visible()
    say(page, gaming(22))
    press(page, "Send it")
    expect(page.get_by_role("log").locator(".failed")).to_be_visible()
    say(page, f"{gaming(23)} and all")
    expect(card(page).get_by_role("button", name="Edit")).to_be_visible()
    switch = page.get_by_role("switch", name="Dark theme")
    paper = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    for on in (True, False):
        assert switch.is_checked() == on
        assert page.evaluate(FAINT) == []
        page.get_by_role("tab", name="Watch").click()
        expect(page.get_by_role("heading", name="The last hour")).to_be_visible()
        assert page.evaluate(FAINT) == []
        page.get_by_role("tab", name="Talk").click()
        switch.click()
    assert page.evaluate(paper) == dark
    switch.click()
    page.reload()
    assert page.evaluate(paper) != dark


def figures(route: Route) -> None:
    """An hour of a service: a request more each minute, and an error in each tenth."""
    series = [
        {
            "at": _HOUR + 60 * minute,
            "requests": minute,
            "errors": int(minute % 10 == 0),
            "latency": {"p50": 0.4, "p95": 0.9} if minute % 5 else {"p50": None, "p95": None},
            "decisions": {"createSession": 2, "clarify": 1},
            "questions": {"device": 1},
            "refusals": {},
            "confidence": {"mean": 0.9, "histogram": [0] * 8 + [1, 2]},
            "sessions": minute // 2,
        }
        for minute in range(15)
    ]
    route.fulfill(json={"now": _HOUR + 900.0, "step": 60, "series": series})


def refused(status: int) -> Callable[[Route], None]:
    """Answers that there are no figures for the person."""
    return lambda route: route.fulfill(status=status, json={})


def test_what_the_service_did_is_seen(people: People) -> None:
    page = people.visit("mia", expected="40[34]")
    page.route(STATISTICS, figures)
    page.get_by_role("tab", name="Watch").click()
    for name, value in (("Requests", "105"), ("Errors", "1.9 %"), ("Sessions in force", "7")):
        expect(page.locator(".figures div").filter(has_text=name)).to_contain_text(value)
    expect(page.locator(".figures")).to_contain_text("90 %")
    decisions = page.get_by_role("list", name="Decisions").get_by_role("listitem")
    expect(decisions).to_have_text(["createSession 30", "clarify 15"])
    expect(page.get_by_text("Nothing was refused.")).to_be_visible()
    requests = page.get_by_role("table", name="Requests a minute")
    expect(requests.get_by_role("row").last).to_contain_text("14")
    expect(page.locator(".plot rect.bar")).to_have_count(14)
    chart = page.get_by_role("img", name="Time to answer")
    chart.hover(position={"x": 60, "y": 60})
    expect(chart.locator("..").locator(".reading")).to_contain_text("0.4 s")
    for status, text in ((403, "needs the scope admin"), (404, "does not keep figures")):
        page.unroute(STATISTICS)
        page.route(STATISTICS, refused(status))
        page.get_by_role("tab", name="Talk").click()
        page.get_by_role("tab", name="Watch").click()
        expect(page.get_by_text(text)).to_be_visible()


def test_the_page_is_served_under_a_strict_policy(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://", page.text)
    for name in re.findall(r'"(/assets/[^"]+)"', page.text):
        assert client.get(name).headers["content-security-policy"] == policy
    style = client.get("/assets/app.css")
    known = {"If-None-Match": f'"other", W/{style.headers["etag"]}'}
    again = client.get("/assets/app.css", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == style.headers["etag"]
    assert client.head("/").status_code == 200
    for name in ("nothing.js", "index.html", "..%2fservice.py", "%2e%2e/service.py"):
        assert client.get(f"/assets/{name}").status_code == 404
    assert "/assets/{name}" not in client.get("/openapi.json").json()["paths"]


def test_no_script_makes_markup_of_data() -> None:
    folder = Path(__file__).resolve().parents[3] / "agent" / "service" / "page"
    for script in folder.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        found = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)
        assert not found, script.name
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("HTTP", "")
