"""Prometheus' own pages, as a person sees them: drawn, whole, and from nowhere else."""

import re

import httpx
import pytest
from playwright.sync_api import sync_playwright
from program import tool
from prometheus import boards

BOARDS = boards()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("name", BOARDS)
def test_a_page_draws_every_panel_and_asks_nobody_else(prometheus, browser, name):
    panels = [panel["title"] for row in BOARDS[name]["rows"] for panel in row["panels"]]
    page = browser.new_page()
    asked, problems = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(f"{prometheus.address}/consoles/{name}")
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    assert page.locator(".panel h3").evaluate_all("all => all.map(one => one.firstChild.textContent)") == panels
    empty = page.locator(".panel:has(.empty)").all_inner_texts()
    # Not every service has a cache; test_data.py shows that one has.
    assert [text for text in empty if "cache" not in text] == [] and not problems
    assert all(url.startswith((prometheus.address + "/", "data:")) for url in asked)
    assert page.locator("#alerts .alert").count() >= 1
    page.close()


def test_make_dashboards_says_where_they_are(prometheus):
    told = tool("dashboards")
    assert told.returncode == 0, told.stderr
    addresses = re.findall(r"http://\S+", told.stdout)
    assert [address.rsplit("/", 1)[1] for address in sorted(addresses)] == sorted(BOARDS)
    for address in addresses:
        assert httpx.get(address, timeout=10).status_code == 200, address
