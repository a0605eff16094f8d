"""The pages, as a browser without scripts gets them; tests/browser looks at them with eyes."""

import re

from conftest import tool, wait_until


def test_the_pages_are_whole_and_guarded(anyone):
    for path in ("/", "/shop", "/shop?q=tea"):
        page = anyone.get(path)
        assert page.status_code == 200, path
        assert page.headers["content-type"].startswith("text/html") and "</html>" in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy or "default-src 'self'" in policy
        assert "unsafe-inline" not in policy and "<script>" not in page.text


def test_what_a_page_links_to_is_there(anyone):
    page = anyone.get("/")
    links = set(re.findall(r'(?:href|src)="(/[^"#]*)"', page.text))
    assert links
    broken = {link: answer.status_code for link in sorted(links)[:60]
              if (answer := anyone.get(link.replace("&amp;", "&"))).status_code >= 400}
    assert not broken


def test_a_missing_page_is_a_page(anyone):
    page = anyone.get("/no/such/page", headers={"Accept": "text/html"})
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")


def test_without_product_everything_else_stands(anyone, settings):
    assert tool("stop", "product").returncode == 0
    try:
        home = anyone.get("/")
        assert home.status_code == 200 and "</html>" in home.text
        down = wait_until(lambda: (answer := anyone.get("/api/v1/products")).status_code == 503 and answer, "503")
        assert down.json()["type"] == "urn:serai:problem:unavailable" and "retry-after" in down.headers
        anyone.sign_in(settings["CUSTOMER"])
        assert anyone.get("/api/v1/users/me").status_code == 200
    finally:
        started = tool("run")
    assert started.returncode == 0, started.stderr
    assert anyone.get("/api/v1/products").status_code == 200
    assert anyone.get("/").status_code == 200
