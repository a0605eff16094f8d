"""What a visitor does, in a browser without scripts: look around, search, sign up, leave and come back."""

import re
import secrets

from playwright.sync_api import expect

PASSWORD = "seven camels walk by night"


def test_a_visitor_shops_signs_up_and_comes_back(visitor):
    page = visitor.page
    visitor.open("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator(".arcade li").count() == 10
    assert page.locator(".cards .card").count() >= 8
    visitor.look("home")

    find_by_a_slip(visitor)
    narrow_down(visitor)
    name, price = look_at_the_first(visitor)

    email = f"caravan-{secrets.token_hex(6)}@example.com"
    sign_up(visitor, email)
    rename(visitor)
    sign_out(visitor)
    sign_in(visitor, email)

    visitor.open("/shop?" + "q=" + name.split()[0])
    expect(page.get_by_text(price).first).to_be_visible()


def find_by_a_slip(visitor) -> None:
    """Two letters changed places, and the search still knows what was meant."""
    page = visitor.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Shop").click()
    visitor.look("shop")
    words = re.findall(r"[A-Za-z]{6,}", " ".join(page.locator(".card-name").all_inner_texts()))
    word = max(words, key=len)
    slip = word[:2] + word[3] + word[2] + word[4:]
    search = page.get_by_role("searchbox", name="Search the shop")
    search.fill(slip)
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"/shop\?q="))
    expect(page.locator(".card-name", has_text=word).first).to_be_visible()
    visitor.look("search-with-a-slip")


def narrow_down(visitor) -> None:
    page = visitor.page
    visitor.open("/shop")
    chips = page.get_by_role("navigation", name="Categories")
    chips.get_by_role("link", name="Lamps").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lamps")
    kinds = set(page.locator(".card-kind").all_inner_texts())
    assert kinds == {"Lamps"}
    prices = amounts(page)
    least, most = min(prices), max(prices)
    page.get_by_label("from").fill(str(int(least)))
    page.get_by_label("to", exact=True).fill(str(int(most) - 1))
    page.get_by_label("Sort by").select_option("price")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("sort=price"))
    found = amounts(page)
    assert found and found == sorted(found)
    assert all(int(least) <= amount <= int(most) - 1 for amount in found)
    expect(page.get_by_label("Sort by")).to_have_value("price")
    visitor.look("lamps-by-price")


def amounts(page) -> list[float]:
    return [float(re.search(r"\d+\.\d\d", text)[0]) for text in page.locator(".card-price").all_inner_texts()]


def look_at_the_first(visitor) -> tuple[str, str]:
    page = visitor.page
    card = page.locator(".card").first
    name = card.locator(".card-name").inner_text()
    price = re.search(r"\S+\d\.\d\d", card.locator(".card-price").inner_text())[0]
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".product-price")).to_have_text(price)
    visitor.look("product")
    return name, price


def sign_up(visitor, email: str) -> None:
    page = visitor.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sign in").click()
    visitor.look("sign-in")
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill("Zeynep of the <Long> Road")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create the account").click()
    expect(page.locator("#password_error")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    expect(page.get_by_label("Password")).to_have_value("")
    visitor.look("sign-up-with-a-bad-password")

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page).to_have_url(visitor.base + "/account")
    expect(page.get_by_text("Good to see you, Zeynep of the <Long> Road")).to_be_visible()
    cookies = visitor.cookies()
    for cookie in ("__Host-access", "__Host-refresh", "__Host-csrf"):
        held = cookies[cookie]
        assert held["secure"] and held["httpOnly"] and held["sameSite"] == "Lax" and held["path"] == "/", held
    visitor.look("account")


def rename(visitor) -> None:
    page = visitor.page
    page.get_by_label("Name", exact=True).fill("Zeynep")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("status")).to_contain_text("Your name was changed.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Zeynep")


def sign_out(visitor) -> None:
    page = visitor.page
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert not {"__Host-access", "__Host-refresh"} & visitor.cookies().keys()
    visitor.open("/account")
    expect(page).to_have_url(re.compile("/signin"))


def sign_in(visitor, email: str) -> None:
    page = visitor.page
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("not the password at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("E-mail")).to_have_value(email)
    visitor.look("sign-in-refused")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(visitor.base + "/account")
    expect(page.get_by_text("Good to see you, Zeynep")).to_be_visible()


def test_a_session_goes_on_when_its_access_token_is_gone(visitor, settings):
    email, password = settings["CUSTOMER"].split(":", 1)
    page = visitor.page
    visitor.open("/signin?next=/account")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(visitor.base + "/account")
    before = visitor.cookies()
    page.context.clear_cookies(name="__Host-access")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    after = visitor.cookies()
    assert after["__Host-refresh"]["value"] != before["__Host-refresh"]["value"]
    assert "__Host-access" in after


def test_the_administrator_is_known_as_one(visitor, settings):
    email, password = settings["ADMIN"].split(":", 1)
    page = visitor.page
    visitor.open("/signin")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    visitor.open("/account")
    expect(page.get_by_text("Administrator", exact=True)).to_be_visible()
    visitor.look("account-of-the-administrator")


def test_pages_lead_on_and_back(visitor):
    page = visitor.page
    visitor.open("/shop?sort=price")
    first = page.locator(".card-name").all_inner_texts()
    page.get_by_role("link", name="Show more").click()
    expect(page.get_by_role("link", name="Back to the start")).to_be_visible()
    second = page.locator(".card-name").all_inner_texts()
    assert second and first != second
    page.get_by_role("link", name="Back to the start").click()
    expect(page.locator(".card-name").first).to_have_text(first[0])


def test_what_is_not_there_is_said_in_style(visitor):
    answer = visitor.open("/no-such-door")
    assert answer.status == 404
    visitor.look("not-found")
    visitor.open("/shop?q=zzzzqqqq")
    expect(visitor.page.get_by_role("heading", name="Nothing like that")).to_be_visible()
    visitor.look("nothing-found")
