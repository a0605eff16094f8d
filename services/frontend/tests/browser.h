#pragma once

#include <map>
#include <string>
#include <utility>

#include "account_routes.h"
#include "asset_routes.h"
#include "cart_routes.h"
#include "chassis/router.h"
#include "checkout_routes.h"
#include "order_fakes.h"
#include "order_routes.h"
#include "shop_routes.h"
#include "stock_routes.h"

namespace frontend {

chassis::Files embedded();

/// A browser in front of the real pages with fake peers: keeps cookies as told, sends forms as a
/// page shows them, and stands in for the gateway, which lets a good access token through.
class Browser {
 public:
  FakeAccounts accounts;
  FakeCatalogue catalogue;
  FakeCarts carts{catalogue};
  FakeOrders orders{carts};
  FakePayments payments;
  FakeStoreroom storeroom{catalogue};
  std::map<std::string, std::string> cookies;
  chassis::Response last;
  bool through_gateway = true;
  std::string roles = "admin";  // of whoever is signed in

  const chassis::Response& get(const std::string& target) { return send({}, target); }

  /// Sends fields and nothing else.
  const chassis::Response& post(const std::string& target, const std::string& fields,
                                const std::string& from = "same-origin") {
    chassis::Request request;
    request.method = chassis::Method::post;
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.headers.add("Sec-Fetch-Site", from);
    request.body = fields;
    return send(std::move(request), target);
  }

  /// Looks at `page` and sends the form there, with its token, to `target`.
  const chassis::Response& send_form(const std::string& page, const std::string& target,
                                     const std::string& fields) {
    get(page);
    return post(target, fields + "&csrf=" + token_on_page());
  }

  void sign_in() {
    send_form("/signin", "/signin", "email=ada%40example.com&password=caravan-of-tea-42");
  }

  bool shows(const std::string& text) const { return last.body.find(text) != std::string::npos; }

  std::string token_on_page() const { return on_page("csrf"); }

  /// The value of the first hidden field of this name.
  std::string on_page(const std::string& name) const {
    const auto before = "name=\"" + name + "\" value=\"";
    const auto at = last.body.find(before);
    const auto begin = at + before.size();
    return at == std::string::npos ? ""
                                   : last.body.substr(begin, last.body.find('"', begin) - begin);
  }

  /// The Set-Cookie line for a cookie in the last answer; empty when there is none.
  std::string set_cookie(const std::string& name) const {
    for (const auto& [header, value] : last.headers.list()) {
      if (header == "Set-Cookie" && value.rfind(name + "=", 0) == 0) {
        return value;
      }
    }
    return "";
  }

 private:
  const chassis::Response& send(chassis::Request request, const std::string& target) {
    std::string line;
    for (const auto& [name, value] : cookies) {
      line += (line.empty() ? "" : "; ") + name + "=" + value;
    }
    if (!line.empty()) {
      request.headers.add("Cookie", line);
    }
    request.internal = through_gateway;
    request.headers.add("X-Forwarded-For", "192.0.2.7");
    request.context.trace = chassis::Trace::from_header("");
    if (cookies.count("__Host-access") == 1) {
      request.context.caller = chassis::Caller{ada_id, roles};
    }
    last = chassis::dispatch(router_, std::move(request), target);
    for (const auto& [header, value] : last.headers.list()) {
      if (header == "Set-Cookie") {
        remember(value);
      }
    }
    return last;
  }

  void remember(const std::string& line) {
    const auto equals = line.find('=');
    const auto name = line.substr(0, equals);
    if (line.find("; Max-Age=0") != std::string::npos) {
      cookies.erase(name);
    } else {
      cookies[name] = line.substr(equals + 1, line.find(';') - equals - 1);
    }
  }

  chassis::Files files_ = embedded();
  Pages pages_{files_};
  Assets assets_{files_};
  FormTokens form_tokens_{"the key of the tests"};
  Site site_{pages_, assets_, form_tokens_, accounts, "EUR"};
  chassis::Router router_{
      shop_routes(site_, catalogue) + account_routes(site_, carts) +
      cart_routes(site_, carts, catalogue) + checkout_routes(site_, {carts, orders, payments}) +
      order_routes(site_, orders, catalogue) + stock_routes(site_, catalogue, storeroom) +
      asset_routes(assets_) + lost_routes(site_)};
};

}  // namespace frontend
