"""What a buyer does: fills a cart before signing in, signs up, pays by card, looks at the order, and changes their mind."""

import re
import secrets
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from test_access import RULES
from test_journey import PASSWORD

PAYS, DECLINED, NO_FUNDS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 9995"
ADDRESS = {"Name": "Zeynep of the <Long> Road", "Street and number": "Kale Yolu 7", "Postcode": "53100", "Town": "Rize",
           "Country": "Türkiye"}
ORDER = re.compile(r"/orders/[0-9a-f-]{36}")


def test_a_buyer_fills_a_cart_signs_up_pays_and_cancels(buyer):
    page, sent = buyer.page, []
    page.on("request", lambda request: sent.append(request))
    before = put_into_cart(buyer, "teas", 2)
    page.get_by_role("link", name="On to the shop").click()
    put_into_cart(buyer, "spices", 1)
    names = page.locator(".line-name").all_inner_texts()
    total = page.locator(".sum-total").inner_text()
    look(buyer, "cart-of-a-guest")

    page.get_by_role("link", name="Go to the checkout").click()
    expect(page).to_have_url(re.compile(r"/signin\?next="))
    sign_up(buyer)
    expect(page).to_have_url(buyer.base + "/checkout")
    expect(page.locator(".sum-total")).to_have_text(total)
    look(buyer, "checkout")

    fill_in_address(page)
    fill_in_card(page, PAYS)
    page.get_by_role("button", name="Pay").dblclick()
    expect(page).to_have_url(ORDER)
    expect(page.locator(".standing")).to_contain_text("Confirmed")
    expect(page.get_by_text("Visa ending in 4242")).to_be_visible()
    expect(page.locator(".sum-total")).to_have_text(total)
    expect(page.get_by_text(ADDRESS["Name"])).to_be_visible()
    assert page.locator(".line-name").all_inner_texts() == names
    look(buyer, "order")
    no_card_came_to_us(buyer, sent)

    order = page.url
    buyer.open("/cart")
    expect(page.get_by_text("Nothing in it yet")).to_be_visible()
    buyer.open("/orders")
    assert page.locator(".order").count() == 1, "clicked twice, bought once"
    look(buyer, "orders")
    assert pieces_of(buyer, before.path) == before.pieces - 2

    page.goto(order)
    page.get_by_text("Cancel this order").click()
    look(buyer, "order-to-cancel")
    page.get_by_role("button", name="Yes, cancel the order").click()
    expect(page.locator(".standing")).to_contain_text("Cancelled")
    expect(page.get_by_text("Given back", exact=True)).to_be_visible()
    expect(page.get_by_text("Cancel this order")).not_to_be_visible()
    look(buyer, "order-cancelled")
    wait_until(lambda: pieces_of(buyer, before.path) == before.pieces, "the pieces come back to the shelf")


def test_a_card_that_does_not_pay_is_said_and_another_one_does(buyer):
    page = buyer.page
    put_into_cart(buyer, "books", 1)
    page.get_by_role("link", name="Go to the checkout").click()
    sign_up(buyer)
    fill_in_address(page)
    for number, sentence in ((DECLINED, "declined this card"), (NO_FUNDS, "not enough on this card")):
        fill_in_card(page, number)
        page.get_by_role("button", name="Pay").click()
        expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
        expect(page.get_by_label("Street and number")).to_have_value(ADDRESS["Street and number"])
        expect(page.get_by_label("Card number")).to_have_value("")
    look(buyer, "card-declined")
    fill_in_card(page, PAYS)
    page.get_by_role("button", name="Pay").click()
    expect(page).to_have_url(ORDER)
    expect(page.locator(".standing")).to_contain_text("Confirmed")


def test_what_the_bank_says_about_a_card_stands_beside_its_field(buyer):
    page = buyer.page
    put_into_cart(buyer, "teas", 1)
    page.get_by_role("link", name="Go to the checkout").click()
    sign_up(buyer)
    fill_in_address(page)
    fill_in_card(page, "4242 4242 4242 4241", expiry="01/20")
    page.get_by_role("button", name="Pay").click()
    number = page.get_by_label("Card number")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_be_focused()
    expect(page.locator("#card_card_number_error")).to_be_visible()
    expect(page.locator("#card_expiry_error")).to_be_visible()
    expect(page.get_by_role("button", name="Pay")).to_be_enabled()
    look(buyer, "card-that-is-none")


def test_with_a_keyboard_alone_something_is_bought(scripted):
    page = scripted.page
    put_into_cart(scripted, "teas", 1)
    page.get_by_role("link", name="Go to the checkout").press("Enter")
    sign_up(scripted)
    page.get_by_label("Name", exact=True).focus()
    for text in (*ADDRESS.values(), PAYS, "12/39"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.type("123")
    page.keyboard.press("Enter")
    expect(page).to_have_url(ORDER)


def test_without_scripts_a_cart_works_and_the_checkout_says_what_it_needs(visitor, settings):
    page = visitor.page
    put_into_cart(visitor, "teas", 2)
    quantity = page.get_by_role("spinbutton")
    quantity.fill("1")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("status")).to_contain_text("The quantity was changed.")
    expect(quantity).to_have_value("1")
    guest = visitor.cookies()["__Host-guest"]
    assert guest["secure"] and guest["httpOnly"] and guest["sameSite"] == "Lax" and guest["path"] == "/", guest
    page.get_by_role("link", name="Go to the checkout").click()
    sign_up(visitor)
    assert "__Host-guest" not in visitor.cookies(), "the guest's cart went along"
    assert "Paying needs JavaScript." in page.locator("noscript").inner_html()  # scripts off by Playwright show none of it
    expect(page.get_by_role("button", name="Pay")).to_be_disabled()
    visitor.look("checkout-without-scripts")
    visitor.open("/cart")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing in it yet")).to_be_visible()
    visitor.look("empty-cart")


def test_an_administrator_counts_pieces(scripted, settings):
    page = scripted.page
    email, password = settings["ADMIN"].split(":", 1)
    scripted.open("/signin?next=/account")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Goods and stock").click()
    page.get_by_label("Find", exact=True).fill("samovar")
    page.get_by_role("button", name="Show").click()
    look(scripted, "stock")
    page.locator(".goods a").first.click()
    pieces = page.locator("#count + p")
    had = int(pieces.inner_text().split()[0])
    for delta, now in (("+2", had + 2), ("-2", had)):
        page.get_by_label("How many come").fill(delta)
        page.get_by_label("Why").fill("Counted on a quiet evening")
        page.get_by_role("button", name="Count them").click()
        expect(pieces).to_contain_text(f"{now} can be sold")
    look(scripted, "stock-of-one-product")


def test_an_edit_that_somebody_overtook_is_shown_beside_what_is_there(scripted, settings):
    page = scripted.page
    email, password = settings["ADMIN"].split(":", 1)
    scripted.open("/signin?next=/admin/stock?q=samovar")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".goods a").first.click()
    name = page.get_by_label("Name").input_value()
    other = page.context.new_page()
    other.goto(page.url)
    try:
        other.get_by_label("Name").fill(name + " (new)")
        other.get_by_role("button", name="Save").click()
        expect(other.get_by_role("status")).to_contain_text("The change is made.")
        page.get_by_label("Name").fill(name + " (late)")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("Somebody changed it meanwhile")
        expect(page.get_by_text(name + " (new)").first).to_be_visible()
        expect(page.get_by_label("Name")).to_have_value(name + " (late)")
        look(scripted, "stock-overtaken")
    finally:
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text("The change is made.")


@pytest.mark.parametrize("path", ["/admin/stock", "/admin/stock/new"])
def test_a_customer_finds_the_storeroom_shut(visitor, settings, path):
    email, password = settings["CUSTOMER"].split(":", 1)
    page = visitor.page
    visitor.open("/signin")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    assert visitor.open(path).status == 403
    expect(page.get_by_role("heading", name="This door stays shut")).to_be_visible()


class Shelf:
    """A product's page, and how many pieces it spoke of."""

    def __init__(self, path: str, pieces: int):
        self.path, self.pieces = path, pieces


def put_into_cart(visitor, category: str, quantity: int) -> Shelf:
    """Puts pieces of a product of which there are plenty into the cart, and is there afterwards."""
    page = visitor.page
    visitor.open("/shop?category=" + category)
    page.locator(".card:not(:has(.note)) a").first.click()
    shelf = Shelf(page.url.removeprefix(visitor.base), pieces_on(page))
    page.get_by_label("How many").fill(str(quantity))
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_text("It is in your cart.")).to_be_visible()
    return shelf


def pieces_on(page) -> int:
    text = page.locator("dt", has_text="In the store-room").locator("xpath=following-sibling::dd").inner_text()
    return int(re.sub(r"\D", "", text) or 0)


def pieces_of(visitor, path: str) -> int:
    visitor.open(path)
    return pieces_on(visitor.page)


def sign_up(visitor) -> None:
    page = visitor.page
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill("Zeynep of the <Long> Road")
    page.get_by_label("E-mail").fill(f"buyer-{secrets.token_hex(6)}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page).to_have_url(visitor.base + "/checkout")


def fill_in_address(page) -> None:
    for label, text in ADDRESS.items():
        page.get_by_label(label, exact=True).fill(text)


def fill_in_card(page, number: str, expiry: str = "12/39") -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill(expiry)
    page.get_by_label("Security code").fill("123")


def look(visitor, name: str) -> None:
    """A picture, and nothing that axe-core would complain of."""
    visitor.look(name)
    found = Axe().run(visitor.page, options=RULES).response["violations"]
    assert not found, [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found]


def no_card_came_to_us(visitor, sent: list) -> None:
    """The number left the browser once, to the bank."""
    carrying = [request.url for request in sent
                if "4242424242424242" in re.sub(r"[\s+]|%20", "", request.url + (request.post_data or ""))]
    assert carrying == [visitor.base + "/bank/v1/tokens"], carrying


def wait_until(is_so, what: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"{seconds} seconds were not enough: {what}"
