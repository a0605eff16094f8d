#include "order_routes.h"

#include <utility>

#include "cart_routes.h"
#include "chassis/id.h"
#include "form_routes.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Response;

constexpr std::size_t cursor_length_max = 1000;
constexpr std::int64_t quick_looks = 5;
constexpr std::int64_t looks_max = 15;

/// What the pages are made of.
struct Ledger {
  Orders& orders;
  Catalogue& catalogue;
};

std::string order_path(const Order& order) { return "/orders/" + order.id; }

// --- the list

View row_view(const Order& order) {
  View view;
  view.text("href", order_path(order)).text("day", day_text(order.created_at));
  view.text("names", names_text(order)).text("total", price_text(order.total));
  view.text("standing", standing_of(order).word).text("status", order.status);
  return view;
}

Response show_orders(Visit& visit, const Ledger& ledger) {
  const auto& query = visit.request().query;
  const auto cursor = query.text("cursor", cursor_length_max).value_or("");
  View view;
  view.text("title", "Your orders · Serai").flag("at_account", true).flag("hidden", true);
  view.text("alert", query.text("done").value_or("") == "nothing"
                         ? "Your cart was empty, so nothing was bought. Perhaps it was just now?"
                         : "");
  int status = 200;
  try {
    const auto orders = ledger.orders.list(cursor).get();
    std::vector<View> rows;
    for (const auto& order : orders.items) {
      rows.push_back(row_view(order));
    }
    view.flag("nothing", rows.empty());
    view.list("orders", std::move(rows));
    const auto next = orders.next_cursor.value_or("");
    view.text("next_link", next.empty() ? "" : "/orders?cursor=" + chassis::percent_encoded(next));
    view.text("first_link", cursor.empty() ? "" : "/orders");
    view.flag("paged", !next.empty() || !cursor.empty());
  } catch (const Error& error) {
    if (error.code() == ErrorCode::invalid && !cursor.empty()) {
      return chassis::see_other("/orders");
    }
    status = 503;
    view.list("orders_away", {View{}.text("reason", "Your orders are out of reach just now.")});
  }
  return visit.page("orders", std::move(view), status);
}

// --- one order

std::vector<View> line_views(const Order& order, Catalogue& catalogue) {
  std::vector<std::string> ids;
  for (const auto& line : order.items) {
    ids.push_back(line.product_id);
  }
  const auto looks = looks_of(catalogue, ids);
  std::vector<View> views;
  for (const auto& line : order.items) {
    View view;
    view.text("name", line.name).text("quantity", std::to_string(line.quantity));
    view.text("unit_price", price_text(line.unit_price)).flag("several", line.quantity > 1);
    view.text("line_total", price_text(line.line_total));
    show_ware(view, line.product_id, looks);
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<View> timeline(const Order& order) {
  std::vector<View> steps;
  const auto add = [&](const std::string& what, const std::optional<std::string>& when) {
    if (when) {
      steps.push_back(View{}.text("what", what).text("when", moment_text(*when)));
    }
  };
  add("Ordered", order.created_at);
  add("Paid and confirmed", order.confirmed_at);
  add(order.refund ? "Cancelled, and " + price_text(*order.refund) + " given back" : "Cancelled",
      order.cancelled_at);
  return steps;
}

void fill_address(View& view, const Order& order) {
  if (order.ship_to) {
    const auto& to = *order.ship_to;
    view.flag("has_address", true).text("ship_name", to.name).text("ship_street", to.street);
    view.text("ship_place", to.postcode + " " + to.city).text("ship_country", to.country);
  }
}

/// Has the page of an order under way load itself again: soon at first, later more calmly.
void look_again(View& view, const Visit& visit, const Order& order) {
  const auto looks = visit.request().query.integer("look", 0, looks_max).value_or(0);
  view.flag("under_way", is_under_way(order)).text("again_link", order_path(order));
  if (is_under_way(order) && looks < looks_max) {
    view.text("refresh", std::string{looks < quick_looks ? "2" : "5"} +
                             "; url=" + order_path(order) + "?look=" + std::to_string(looks + 1));
  }
}

/// What went wrong with a wish to cancel, and the key that it is asked with next.
struct Refusal {
  std::string alert = {};
  int status = 200;
  std::string key = chassis::new_id();
};

Response order_page(Visit& visit, const Ledger& ledger, const Refusal& refusal) {
  const auto order = ledger.orders.find(visit.request().uuid("id")).get();
  const auto standing = standing_of(order);
  View view;
  view.text("title", "Your order · Serai").flag("at_account", true).flag("hidden", true);
  view.text("alert", refusal.alert).text("id", order.id).text("status", order.status);
  view.text("standing", standing.word).text("sentence", standing.sentence);
  view.text("day", day_text(order.created_at)).text("total", price_text(order.total));
  view.text("card", card_text(order));
  view.text("refund", order.refund ? price_text(*order.refund) : "");
  view.list("lines", line_views(order, ledger.catalogue)).list("steps", timeline(order));
  fill_address(view, order);
  look_again(view, visit, order);
  view.flag("can_cancel", order.status == "confirmed").flag("asking", !refusal.alert.empty());
  view.flag("to_cart", order.status == "declined" || order.status == "failed");
  view.text("key", refusal.key).text("csrf", visit.form_token());
  return visit.page("order", std::move(view), refusal.status);
}

Response show_order(Visit& visit, const Ledger& ledger) { return order_page(visit, ledger, {}); }

// --- cancelling it

Refusal refusal_of(const Error& error, const std::string& key) {
  Refusal refusal{.status = chassis::http_status(error.code())};
  if (error.code() == ErrorCode::forbidden) {
    refusal.alert = stale_form;
  } else if (error.type() == "too-late") {
    refusal.alert = "This order is too old to be cancelled.";
  } else if (error.type() == "not-confirmed") {
    refusal.alert = "This order cannot be cancelled as it stands.";
  } else if (error.code() == ErrorCode::invalid || error.code() == ErrorCode::key_reused) {
    refusal.alert = "That did not work. Nothing was cancelled; please try again.";
  } else {  // nobody knows; asked with the same key, it is done once
    refusal.alert = "We could not hear whether it worked. It is safe to ask again.";
    refusal.key = key;
  }
  return refusal;
}

Response cancel(Visit& visit, const Ledger& ledger) {
  const auto& id = visit.request().uuid("id");
  const auto key = field(sent_form(visit), "key");
  try {
    visit.form();
    ledger.orders.cancel(id, key);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) {
      throw;
    }
    return order_page(visit, ledger, refusal_of(error, key));
  }
  return chassis::see_other("/orders/" + id);
}

}  // namespace

chassis::Routes order_routes(const Site& site, Orders& orders, Catalogue& catalogue) {
  using chassis::Method;
  const auto route = [&](Method method, const std::string& path,
                         Response (*page)(Visit&, const Ledger&)) {
    return person_route(method, path, site, "/orders", [&orders, &catalogue, page](Visit& visit) {
      return page(visit, Ledger{orders, catalogue});
    });
  };
  return {
      route(Method::get, "/orders", show_orders),
      route(Method::get, "/orders/{id}", show_order),
      route(Method::post, "/orders/{id}/cancel", cancel),
  };
}

}  // namespace frontend
