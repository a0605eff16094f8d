"""A real browser in front of a running site, whose address and accounts are in the environment or data/demo.env."""

import dataclasses
import os
import pathlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
SCREENS = {"desktop": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}


def demo_settings() -> dict[str, str]:
    file = ROOT / "data" / "demo.env"
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line) | os.environ


@dataclasses.dataclass
class Visitor:
    """One person with one browser: a page, and an album of what they saw."""

    page: Page
    base: str
    album: pathlib.Path
    seen: int = 0

    def look(self, name: str) -> None:
        """Keeps a picture of the whole page, and expects what holds for every page."""
        self.seen += 1
        self.album.mkdir(parents=True, exist_ok=True)
        self.load_pictures()
        self.page.screenshot(path=self.album / f"{self.seen:02}-{name}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} pixels wider than the screen"
        broken = self.page.eval_on_selector_all(
            "img", "all => all.filter(one => !(one.complete && one.naturalWidth)).map(one => one.src)")
        assert not broken, f"{name} shows no picture for {broken}"

    def load_pictures(self) -> None:
        """Scrolls past every picture: those below the screen load only then."""
        for picture in self.page.locator("img").all():
            picture.scroll_into_view_if_needed()
        self.page.wait_for_load_state("networkidle")
        self.page.locator("header").scroll_into_view_if_needed()

    def open(self, path: str):
        return self.page.goto(self.base + path)

    def cookies(self) -> dict[str, dict]:
        return {cookie["name"]: cookie for cookie in self.page.context.cookies()}


@pytest.fixture(scope="session")
def settings() -> dict[str, str]:
    found = demo_settings()
    assert "BASE" in found, "no site: run these tests by `make test SUITES=browser`, or after `make run`"
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def context_of(browser: Browser, screen: str, scripts: bool) -> BrowserContext:
    context = browser.new_context(viewport=SCREENS[screen], java_script_enabled=scripts, ignore_https_errors=True,
                                  reduced_motion="reduce", has_touch=screen == "phone")
    context.set_default_timeout(15_000)
    return context


@pytest.fixture(params=SCREENS)
def visitor(request, browser, settings) -> Iterator[Visitor]:
    """A visitor whose browser runs no scripts."""
    context = context_of(browser, request.param, scripts=False)
    yield Visitor(context.new_page(), settings["BASE"], SCREENSHOTS / request.param)
    context.close()


@pytest.fixture(params=SCREENS)
def buyer(request, browser, settings) -> Iterator[Visitor]:
    """A visitor who pays: the page that takes a card needs scripts."""
    context = context_of(browser, request.param, scripts=True)
    yield Visitor(context.new_page(), settings["BASE"], SCREENSHOTS / f"buyer-{request.param}")
    context.close()


@pytest.fixture
def scripted(browser, settings) -> Iterator[Visitor]:
    """A visitor whose browser runs scripts, for tools that need them."""
    context = context_of(browser, "desktop", scripts=True)
    yield Visitor(context.new_page(), settings["BASE"], SCREENSHOTS / "scripted")
    context.close()
