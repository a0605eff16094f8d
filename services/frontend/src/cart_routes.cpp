#include "cart_routes.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "chassis/id.h"
#include "chassis/log.h"
#include "form_routes.h"
#include "shop_routes.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Response;

/// What the cart's pages are made of.
struct Shelf {
  Carts& carts;
  Catalogue& catalogue;
};

// --- showing it

View line_view(const CartLine& line, const std::map<std::string, Ware>& looks) {
  View view;
  view.text("id", line.product_id).text("name", line.name);
  view.text("quantity", std::to_string(line.quantity)).flag("short", is_short(line));
  view.text("quantity_max", std::to_string(quantity_max));
  view.text("unit_price", price_text(line.unit_price)).flag("several", line.quantity > 1);
  view.text("line_total", price_text(line.line_total));
  view.text("note", short_text(line.available, line.quantity));
  show_ware(view, line.product_id, looks);
  return view;
}

void fill_cart(View& view, const Cart& cart, Catalogue& catalogue) {
  std::vector<std::string> ids;
  for (const auto& line : cart.items) {
    ids.push_back(line.product_id);
  }
  const auto looks = looks_of(catalogue, ids);
  std::vector<View> lines;
  for (const auto& line : cart.items) {
    lines.push_back(line_view(line, looks));
  }
  view.flag("has_lines", !lines.empty()).flag("nothing", lines.empty());
  view.flag("short", std::any_of(cart.items.begin(), cart.items.end(), is_short));
  view.list("lines", std::move(lines)).text("total", price_text(cart.total));
}

std::string done_text(const Visit& visit) {
  const auto done = visit.request().query.text("done").value_or("");
  if (done == "added") {
    return "It is in your cart.";
  }
  if (done == "changed") {
    return "The quantity was changed.";
  }
  if (done == "removed") {
    return "It is out of your cart.";
  }
  return done == "emptied" ? "Your cart was emptied." : "";
}

/// Whether there is somebody to have a cart.
bool somebody(const Visit& visit) { return visit.caller() || !visit.guest_id().empty(); }

/// The cart as it is, and above it what went wrong before, if anything did.
Response cart_page(Visit& visit, const Shelf& shelf, const std::string& alert, int status) {
  View view;
  view.text("title", "Your cart · Serai").flag("at_cart", true).flag("hidden", true);
  view.text("alert", alert).text("done", alert.empty() ? done_text(visit) : "");
  const auto away = [&] {
    view.list("cart_away", {View{}.text("reason", "Your cart is out of reach just now.")});
    status = alert.empty() ? 503 : status;
  };
  if (!somebody(visit) && visit.in_doubt()) {
    away();
  } else {
    try {
      fill_cart(view, somebody(visit) ? shelf.carts.mine().get() : Cart{}, shelf.catalogue);
    } catch (const Error&) {
      away();
    }
  }
  view.text("csrf", visit.form_token());
  return visit.page("cart", std::move(view), status);
}

Response show_cart(Visit& visit, const Shelf& shelf) {
  bring_cart(visit, shelf.carts);
  return cart_page(visit, shelf, "", 200);
}

// --- changing it

std::string alert_for(const Error& error) {
  switch (error.code()) {
    case ErrorCode::forbidden: return stale_form;
    case ErrorCode::not_found: return "That is not sold here any more.";
    case ErrorCode::too_many_requests: return waiting_text(error);
    case ErrorCode::conflict:
      return "Your cart holds as much as it can. Order what is in it first.";
    case ErrorCode::invalid:
      return "A quantity is a whole number from 1 to " + std::to_string(quantity_max) + ".";
    default:
      return "The cart could not be reached, so nothing was changed. Please try again in a moment.";
  }
}

std::int64_t sent_quantity(const chassis::Query& form, std::int64_t least) {
  const auto quantity = read_quantity(field(form, "quantity"), least);
  if (!quantity) {
    throw Error{{{"/quantity", "must be a whole number"}}};
  }
  return *quantity;
}

/// Runs the change that a form asks for and shows the cart; what goes wrong is said above it.
Response changed(Visit& visit, const Shelf& shelf, const std::string& done,
                 const std::function<void(const chassis::Query&)>& change) {
  try {
    change(visit.form());
  } catch (const Error& error) {
    return cart_page(visit, shelf, alert_for(error), chassis::http_status(error.code()));
  }
  return chassis::see_other("/cart?done=" + done);
}

/// Adds to what is there of the product, as far as one cart may hold.
void put_more(Carts& carts, const std::string& product_id, std::int64_t quantity) {
  for (const auto& line : carts.mine().get().items) {
    if (line.product_id == product_id) {
      quantity += line.quantity;
    }
  }
  carts.put(product_id, std::min(quantity, quantity_max));
}

Response add(Visit& visit, const Shelf& shelf) {
  return changed(visit, shelf, "added", [&](const chassis::Query& form) {
    const auto product_id = field(form, "product_id");
    if (!chassis::is_uuid(product_id)) {
      throw Error{ErrorCode::not_found, "no such product"};
    }
    const auto quantity = sent_quantity(form, 1);
    if (!somebody(visit)) {
      visit.become_guest();
    }
    put_more(shelf.carts, product_id, quantity);
  });
}

Response change(Visit& visit, const Shelf& shelf) {
  const auto& product_id = visit.request().uuid("id");
  return changed(visit, shelf, "changed", [&](const chassis::Query& form) {
    if (const auto quantity = sent_quantity(form, 0); quantity > 0) {
      shelf.carts.put(product_id, quantity);
    } else {
      shelf.carts.remove(product_id);
    }
  });
}

Response remove(Visit& visit, const Shelf& shelf) {
  const auto& product_id = visit.request().uuid("id");
  return changed(visit, shelf, "removed",
                 [&](const chassis::Query&) { shelf.carts.remove(product_id); });
}

Response empty(Visit& visit, const Shelf& shelf) {
  return changed(visit, shelf, "emptied", [&](const chassis::Query&) { shelf.carts.empty(); });
}

}  // namespace

void bring_cart(Visit& visit, Carts& carts) {
  if (!visit.caller() || visit.guest_id().empty()) {
    return;
  }
  try {
    carts.merge(visit.guest_id());
    visit.forget_guest();
  } catch (const Error& error) {
    chassis::log::warning("a guest's cart waits to be merged", {{"why", error.what()}});
  }
}

std::map<std::string, Ware> looks_of(Catalogue& catalogue, const std::vector<std::string>& ids) {
  std::map<std::string, Ware> looks;
  if (!ids.empty()) {
    for (auto& ware : part_of(catalogue.wares(ids), "").value.value_or(WareList{}).items) {
      const auto id = ware.id;
      looks.emplace(id, std::move(ware));
    }
  }
  return looks;
}

void show_ware(View& view, const std::string& product_id,
               const std::map<std::string, Ware>& looks) {
  const auto found = looks.find(product_id);
  const auto ware = found == looks.end() ? Ware{product_id, "", "parcel", ""} : found->second;
  view.text("href", product_path(ware)).text("picture", picture_path(ware));
}

chassis::Routes cart_routes(const Site& site, Carts& carts, Catalogue& catalogue) {
  using chassis::Method;
  const auto route = [&](Method method, const std::string& path,
                         Response (*page)(Visit&, const Shelf&)) {
    return page_route(method, path, site, [&carts, &catalogue, page](Visit& visit) {
      return page(visit, Shelf{carts, catalogue});
    });
  };
  return {
      route(Method::get, "/cart", show_cart),
      route(Method::post, "/cart/items", add),
      route(Method::post, "/cart/items/{id}", change),
      route(Method::post, "/cart/items/{id}/remove", remove),
      route(Method::post, "/cart/empty", empty),
  };
}

}  // namespace frontend
