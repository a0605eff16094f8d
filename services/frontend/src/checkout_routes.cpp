#include "checkout_routes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "cart_routes.h"
#include "chassis/id.h"
#include "form_routes.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Response;

constexpr std::size_t seen_length_max = 5000;

// --- the form

struct AddressField {
  const char* name;  // in the order; the form's field is "ship_" and this
  std::string Address::*member;
  const char* label;
  const char* what;  // in a sentence
  const char* autocomplete;
  int length_max;
};

constexpr std::array<AddressField, 5> address_fields = {{
    {"name", &Address::name, "Name", "name", "shipping name", 100},
    {"street", &Address::street, "Street and number", "street", "shipping address-line1", 200},
    {"postcode", &Address::postcode, "Postcode", "postcode", "shipping postal-code", 20},
    {"city", &Address::city, "Town", "town", "shipping address-level2", 100},
    {"country", &Address::country, "Country", "country", "shipping country-name", 60},
}};

/// The form of the checkout as it was sent.
struct Draft {
  std::string key;
  Purchase purchase;
  std::string seen;
};

Draft read_draft(const chassis::Query& form) {
  Draft draft;
  draft.key = field(form, "key");
  draft.seen = form.text("seen", seen_length_max).value_or("");
  auto& purchase = draft.purchase;
  purchase.card_token = field(form, "card_token");
  for (const auto& one : address_fields) {
    purchase.ship_to.*one.member = field(form, "ship_" + std::string{one.name});
  }
  const auto amount = field(form, "total_amount");
  std::from_chars(amount.data(), amount.data() + amount.size(), purchase.expected_total.amount);
  purchase.expected_total.currency = field(form, "total_currency");
  return draft;
}

std::vector<View> address_views(const Address& typed, const Error* error) {
  std::vector<View> views;
  for (const auto& one : address_fields) {
    View view;
    view.text("id", "ship_" + std::string{one.name}).text("label", one.label);
    view.text("autocomplete", one.autocomplete).text("value", typed.*one.member);
    view.text("length_max", std::to_string(one.length_max));
    if (error != nullptr) {
      for (const auto& [pointer, detail] : error->fields()) {
        if (pointer == "/ship_to/" + std::string{one.name}) {
          view.text("error", field_sentence(one.what, detail));
        }
      }
    }
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<View> card_views(const CardForm& form) {
  std::vector<View> views;
  for (const auto& one : form.fields) {
    View view;
    view.text("name", one.name).text("label", one.label).text("pattern", one.pattern);
    view.text("autocomplete", one.autocomplete).text("inputmode", one.inputmode);
    view.text("placeholder", one.placeholder).text("length_max", std::to_string(one.max_length));
    views.push_back(std::move(view));
  }
  return views;
}

// --- the page

/// What a page of the checkout has to say besides the cart.
struct Notice {
  std::string alert = {};
  int status = 200;
  Address typed = {};
  const Error* error = nullptr;  // about the address
  std::vector<SeenLine> seen = {};
  std::vector<ShortLine> short_lines = {};
  bool look_at_orders = false;
  bool first_look = false;  // nothing was typed yet
};

/// Where the last order went, as far as that is known in time.
Address last_address(std::future<OrderList> coming) {
  const auto orders = part_of(std::move(coming), "").value.value_or(OrderList{});
  return orders.items.empty() ? Address{} : orders.items.front().ship_to.value_or(Address{});
}

std::string line_note(const CartLine& line, const Notice& notice) {
  for (const auto& one : notice.short_lines) {
    if (one.product_id == line.product_id) {
      return short_text(one.available, one.requested);
    }
  }
  if (is_short(line)) {
    return short_text(line.available, line.quantity);
  }
  return notice.seen.empty() ? "" : change_text(line, notice.seen);
}

void fill_cart(View& view, const Cart& cart, const Notice& notice) {
  std::vector<View> lines;
  for (const auto& line : cart.items) {
    View one;
    one.text("name", line.name).text("quantity", std::to_string(line.quantity));
    one.text("line_total", price_text(line.line_total)).text("note", line_note(line, notice));
    lines.push_back(std::move(one));
  }
  view.flag("has_lines", true).list("lines", std::move(lines));
  view.text("total", price_text(cart.total));
  view.text("total_amount", std::to_string(cart.total.amount));
  view.text("total_currency", cart.total.currency).text("seen", seen_text(cart));
  view.flag("gone", gone_count(cart, notice.seen) > 0);
}

View checkout_view() {
  View view;
  view.text("title", "Checkout · Serai").flag("at_cart", true).flag("hidden", true);
  return view;
}

/// The form for the card, when there is one and a card may be sent where it says.
void fill_card_form(Visit& visit, View& view, const std::optional<CardForm>& form) {
  const auto origin = form ? card_origin(form->tokenise_url) : std::nullopt;
  if (!origin) {
    const std::string reason = "Paying is out of reach just now. Your cart stays as it is.";
    view.list("card_away", {View{}.text("reason", reason)});
    return;
  }
  visit.allow_modules(*origin);
  view.flag("can_pay", true).list("card_fields", card_views(*form));
  view.text("tokenise_url", form->tokenise_url).text("key", chassis::new_id());
}

Response checkout_page(Visit& visit, const Till& till, const Notice& notice) {
  auto coming_cart = till.carts.mine();
  auto coming_form = till.payments.card_form();
  const auto typed = notice.first_look ? last_address(till.orders.list("")) : notice.typed;
  const auto cart = part_of(std::move(coming_cart), "Your cart is out of reach just now.");
  const auto form = part_of(std::move(coming_form), "");
  if (cart.value && cart.value->items.empty() && notice.alert.empty()) {
    return chassis::see_other("/cart");
  }
  auto view = checkout_view();
  view.text("alert", notice.alert).flag("look_at_orders", notice.look_at_orders);
  view.list("cart_away", cart.away).flag("nothing", cart.value && cart.value->items.empty());
  if (cart.value && !cart.value->items.empty()) {
    fill_cart(view, *cart.value, notice);
    const auto& lines = cart.value->items;
    const bool enough =
        notice.short_lines.empty() && std::none_of(lines.begin(), lines.end(), is_short);
    view.flag("short", !enough);
    if (enough) {
      fill_card_form(visit, view, form.value);
    }
  }
  view.list("address_fields", address_views(typed, notice.error));
  view.text("csrf", visit.form_token());
  const bool whole = cart.value && form.value;
  return visit.page("checkout", std::move(view),
                    !whole && notice.status == 200 ? 503 : notice.status);
}

Response show_checkout(Visit& visit, const Till& till) {
  bring_cart(visit, till.carts);
  return checkout_page(visit, till, {.first_look = true});
}

// --- buying

/// Nobody knows what became of the purchase: the same page again, to be sent as it is.
Response ask_again(Visit& visit, const Draft& draft, const Error& error) {
  auto view = checkout_view();
  view.flag("again", true).text("key", draft.key).text("seen", draft.seen);
  view.text("card_token", draft.purchase.card_token);
  view.text("total_amount", std::to_string(draft.purchase.expected_total.amount));
  view.text("total_currency", draft.purchase.expected_total.currency);
  view.list("address_fields", address_views(draft.purchase.ship_to, nullptr));
  view.text("csrf", visit.form_token());
  return visit.page("checkout", std::move(view), chassis::http_status(error.code()));
}

bool nobody_knows(const Error& error) {
  switch (error.code()) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::internal: return true;
    default: return error.type() == "in-progress";
  }
}

Response refused(Visit& visit, const Till& till, const Draft& draft, const Error& error) {
  Notice notice{.status = chassis::http_status(error.code()),
                .typed = draft.purchase.ship_to,
                .error = &error};
  const auto about_address = [](const chassis::FieldError& one) {
    return one.pointer.rfind("/ship_to/", 0) == 0;
  };
  const auto& fields = error.fields();
  if (error.code() == ErrorCode::forbidden) {
    notice.alert = stale_form;
  } else if (error.code() == ErrorCode::too_many_requests) {
    notice.alert = waiting_text(error);
  } else if (error.code() == ErrorCode::key_reused) {
    notice.look_at_orders = true;
    notice.alert =
        "This page was sent before, with something else on it. Look at your orders first, so that "
        "nothing is bought twice.";
  } else if (!fields.empty() && std::all_of(fields.begin(), fields.end(), about_address)) {
    notice.alert = "Something in the address is not right yet. Nothing was charged.";
  } else if (error.code() == ErrorCode::invalid) {
    notice.alert = "The bank's word about your card got lost. Please type the card once more.";
  } else {
    notice.alert = "That did not work, and nothing was charged. Please try again.";
  }
  return checkout_page(visit, till, notice);
}

Response came_to_nothing(Visit& visit, const Till& till, const Draft& draft,
                         const Outcome& outcome) {
  Notice notice{.status = 409, .typed = draft.purchase.ship_to};
  switch (outcome.kind) {
    case Outcome::Kind::declined:
      notice.status = 402;
      notice.alert = "The bank declined this card. Nothing was charged; another card may do.";
      break;
    case Outcome::Kind::no_funds:
      notice.status = 402;
      notice.alert = "There is not enough on this card. Nothing was charged; another one may do.";
      break;
    case Outcome::Kind::out_of_stock:
      notice.short_lines = outcome.short_lines;
      notice.alert =
          "Somebody was quicker: of some things there is too little left. Nothing was "
          "charged.";
      break;
    case Outcome::Kind::price_changed:
      notice.seen = read_seen(draft.seen);
      notice.alert = "Something changed while you were looking, so nothing was charged. It was " +
                     price_text(draft.purchase.expected_total) +
                     " together; below is what it is now.";
      break;
    case Outcome::Kind::placed:
    case Outcome::Kind::cart_empty: break;
  }
  return checkout_page(visit, till, notice);
}

/// Throws Error{invalid} naming what is left to fill in.
void check(const Draft& draft) {
  std::vector<chassis::FieldError> missing;
  for (const auto& one : address_fields) {
    if ((draft.purchase.ship_to.*one.member).empty()) {
      missing.push_back({"/ship_to/" + std::string{one.name}, "is needed"});
    }
  }
  if (!missing.empty()) {
    throw Error{std::move(missing)};
  }
  if (draft.purchase.card_token.empty() || !chassis::is_uuid(draft.key)) {
    throw Error{{{"/card_token", "is missing"}}};
  }
}

Response buy(Visit& visit, const Till& till) {
  const auto draft = read_draft(sent_form(visit));
  Outcome outcome;
  try {
    visit.form();
    check(draft);
    outcome = till.orders.place(draft.purchase, draft.key);
  } catch (const Error& error) {
    return nobody_knows(error) ? ask_again(visit, draft, error)
                               : refused(visit, till, draft, error);
  }
  switch (outcome.kind) {
    case Outcome::Kind::placed: return chassis::see_other("/orders/" + outcome.order_id);
    case Outcome::Kind::cart_empty: return chassis::see_other("/orders?done=nothing");
    default: return came_to_nothing(visit, till, draft, outcome);
  }
}

}  // namespace

chassis::Routes checkout_routes(const Site& site, const Till& till) {
  using chassis::Method;
  const auto route = [&](Method method, Response (*page)(Visit&, const Till&)) {
    return person_route(method, "/checkout", site, "/checkout",
                        [till, page](Visit& visit) { return page(visit, till); });
  };
  return {route(Method::get, show_checkout), route(Method::post, buy)};
}

}  // namespace frontend
