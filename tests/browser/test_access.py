"""Everybody can use the pages: axe-core finds no violation of WCAG 2.2 A and AA, and a keyboard is enough."""

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@pytest.mark.parametrize("path", ["/", "/shop", "/shop?category=lamps&min_price=cheap", "/signin", "/signup", "/cart", "/nowhere"])
def test_a_page_is_accessible(scripted, path):
    scripted.open(path)
    found = Axe().run(scripted.page, options=RULES).response["violations"]
    assert not found, "\n".join(f"{one['id']}: {one['help']}: {node['html'][:160]}"
                                for one in found for node in one["nodes"][:3])


def test_a_product_page_is_accessible(scripted):
    scripted.open("/shop")
    scripted.page.locator(".card a").first.click()
    found = Axe().run(scripted.page, options=RULES).response["violations"]
    assert not found, [one["id"] for one in found]


def test_the_account_is_accessible(scripted, settings):
    email, password = settings["ADMIN"].split(":", 1)
    scripted.open("/signin?next=/account")
    scripted.page.get_by_label("E-mail").fill(email)
    scripted.page.get_by_label("Password").fill(password)
    scripted.page.keyboard.press("Enter")
    scripted.page.wait_for_url(scripted.base + "/account")
    found = Axe().run(scripted.page, options=RULES).response["violations"]
    assert not found, [one["id"] for one in found]


def test_a_keyboard_skips_to_the_content_first(scripted):
    scripted.open("/shop")
    scripted.page.keyboard.press("Tab")
    assert scripted.page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_no_page_needs_or_brings_anything_from_elsewhere(scripted):
    asked = []
    scripted.page.on("request", lambda request: asked.append(request.url))
    complaints = []
    scripted.page.on("console", lambda message: complaints.append(message.text))
    for path in ("/", "/shop", "/cart", "/signin"):
        scripted.open(path)
        scripted.page.wait_for_load_state("networkidle")
    assert asked and all(url.startswith(scripted.base) for url in asked), asked
    assert not complaints
