"""Takes the pictures of the page of `qod serve` that the README shows.

    .venv/bin/python docs/screenshots.py

It needs the extra `dev` and Debian's `chromium`. The requests are decided by the shipped model and
sent to the mock operator in this process. Only what would have to be waited for is made up: the
sessions are shown some time after they began, and *Watch* shows the hour of a busy service.
"""

import math
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Route, sync_playwright

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.service import open_service
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import load_settings

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).resolve().parent / "images"
SIZE = {"width": 1280, "height": 800}
SENT = (
    "Stream the match from +34 600 123 456 for 45 minutes",
    "Low latency for gaming on +351 966 666 666 for 2 hours",
)
WAITS = "Remote surgery robot at 203.0.113.9:8443 needs a reliable link, 3 hours"


def main() -> None:
    """Take them with the shipped model."""
    plugin = QodPlugin.from_settings(load_settings())
    take(plugin, FOLDER)


def take(plugin: QodPlugin, folder: Path) -> None:
    """Take them.

    Args:
        plugin: decides.
        folder: gets `talk-light.png` and so on.
    """
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        settings = ServiceSettings(_env_file=None, database=f"sqlite:///{place}/service.db")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with open_service(plugin, settings) as service, served(create_app(service)) as url:
            both(browser, url, folder)
        browser.close()


def both(browser: Browser, url: str, folder: Path) -> None:
    """Both views in both themes."""
    page = browser.new_page(viewport=SIZE, reduced_motion="reduce", color_scheme="light")
    page.route("**/v1/statistics", told)
    page.route("**/v1/sessions", aged)
    page.goto(url)
    talked(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.screenshot(path=folder / f"talk-{theme}.png")
    page.get_by_role("tab", name="Watch").click()
    page.get_by_role("heading", name="The last hour").wait_for()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.screenshot(path=folder / f"watch-{theme}.png")
    page.close()


def talked(page: Page) -> None:
    """Two sessions, and a call that waits."""
    words = page.get_by_label("Your request")
    for text in SENT:
        words.fill(text)
        words.press("Enter")
        page.locator(".proposal").last.get_by_role("button", name="Send it").click()
        page.locator(".session", has_text="In force").nth(SENT.index(text)).wait_for()
        if text != SENT[-1]:
            page.get_by_role("button", name="New", exact=True).click()
    words.fill(WAITS)
    words.press("Enter")
    page.locator(".proposal").last.get_by_role("button", name="Send it").wait_for()
    words.focus()
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)


def aged(route: Route) -> None:
    """Sessions that began some time ago."""
    response = route.fetch()
    found = response.json()
    for index, session in enumerate(found, 1):
        ago = timedelta(seconds=session["duration"] * (0.55 - 0.15 * index))
        for name in ("startedAt", "expiresAt"):
            session[name] = (datetime.fromisoformat(session[name]) - ago).isoformat()
    route.fulfill(response=response, json=found)


def told(route: Route) -> None:
    """An hour of a busy service."""
    chance = random.Random(7)  # noqa: S311
    began = time.time() // 60 * 60 - 59 * 60
    series = [minute(chance, began, index) for index in range(60)]
    route.fulfill(json={"now": time.time(), "step": 60, "series": series})


def minute(chance: random.Random, began: float, index: int) -> dict[str, Any]:
    """One minute of it: more and more is asked, and it stays quick."""
    load = 34 + 16 * math.sin(index / 9) + index / 3 + chance.uniform(-6, 6)
    requests = int(load)
    created = int(load * 0.42)
    busy = 0.36 + load / 300 + chance.uniform(-0.02, 0.04)
    return {
        "at": began + 60 * index,
        "requests": requests,
        "errors": int(chance.random() < 0.16) * chance.randint(1, 3),
        "latency": {"p50": round(busy, 3), "p95": round(busy * 1.9 + chance.uniform(0, 0.2), 3)},
        "decisions": {
            "createSession": created,
            "extendQosSessionDuration": int(load * 0.14),
            "clarify": int(load * 0.11),
            "deleteSession": int(load * 0.09),
            "getSession": int(load * 0.07),
            "decline": int(load * 0.05),
        },
        "questions": {
            "device": chance.randint(0, 4),
            "qosProfile": chance.randint(0, 2),
            "duration": chance.randint(0, 1),
        },
        "refusals": {
            "CONFLICT": chance.randint(0, 1),
            "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE": int(chance.random() < 0.15),
            "NOT_FOUND": int(chance.random() < 0.25),
        },
        "confidence": {
            "mean": round(0.93 + chance.uniform(-0.03, 0.03), 3),
            "histogram": [0, 0, 0, 1, 1, 1, 2, 3, 6, created],
        },
        "sessions": int(210 + 42 * math.sin(index / 13 + 1) + index + chance.uniform(-3, 3)),
    }


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The service on a free port of this machine."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
