#include "peer_routes.h"

#include <chrono>
#include <utility>

#include "account_json.h"
#include "cart_json.h"
#include "catalogue_json.h"
#include "order_json.h"
#include "payment_json.h"
#include "stock_json.h"

namespace frontend {
namespace {

using chassis::Call;
using chassis::Method;
using chassis::Reply;
using namespace std::chrono_literals;

// A page has two seconds. Renewing a session comes before its parts, so both must fit.
constexpr auto renewal_time = 600ms;
constexpr auto part_time = 1000ms;
constexpr auto subject_time = 1200ms;
// Before the parts of a page, or after signing in: what it gives up is tried again later.
constexpr auto merge_time = 500ms;
constexpr auto order_time = 1750ms;   // orders wait up to 1.5 s before they say "not known yet"
constexpr auto change_time = 1800ms;  // nothing else follows; hashing a password takes its time

Call get(std::string path, std::chrono::milliseconds timeout) {
  Call call;
  call.path = std::move(path);
  call.idempotent = true;
  call.timeout = timeout;
  return call;
}

Call send(Method method, std::string path, std::string json) {
  Call call;
  call.method = method;
  call.path = std::move(path);
  call.body = std::move(json);
  if (!call.body.empty()) {
    call.headers.add("Content-Type", "application/json");
  }
  call.timeout = change_time;
  return call;
}

/// A change that is made once for each key, however often it is asked for.
Call send_once(std::string path, std::string json, const std::string& key) {
  auto call = send(Method::post, std::move(path), std::move(json));
  call.headers.add("Idempotency-Key", key);
  call.idempotent = true;
  return call;
}

/// Starts the call now; what it answers is read when the future is asked.
template <typename Read>
auto start(chassis::Client& client, const Call& call, Read read) {
  return std::async(std::launch::deferred,
                    [reply = client.start(call), peer = client.peer(), read]() mutable {
                      const auto answer = reply.get();
                      if (!answer.ok()) {
                        throw chassis::error_from(answer, peer);
                      }
                      return read(answer.body);
                    });
}

std::string search_path(const Search& search) {
  std::string path = "/v1/products?limit=" + std::to_string(search.limit);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      path += "&" + std::string{name} + "=" + chassis::percent_encoded(value);
    }
  };
  add("q", search.text);
  add("category", search.category);
  add("min_price", search.min_price ? std::to_string(*search.min_price) : "");
  add("max_price", search.max_price ? std::to_string(*search.max_price) : "");
  add("sort", search.sort);
  add("cursor", search.cursor);
  return path;
}

/// Makes a call that answers nothing of use.
void make(chassis::Client& client, const Call& call) {
  const auto reply = client.call(call);
  if (!reply.ok()) {
    throw chassis::error_from(reply, client.peer());
  }
}

/// For routes where 401 is an answer about what the visitor typed or holds, not about the caller.
void refuse_unauthenticated(const Reply& reply, const std::string& detail) {
  if (reply.status == 401) {
    throw chassis::Error{chassis::ErrorCode::unauthenticated, detail};
  }
}

}  // namespace

std::future<ProductList> ProductRoutes::search(const Search& search) {
  return start(client_, get(search_path(search), part_time), read_products);
}

std::future<Product> ProductRoutes::find(const std::string& id) {
  return start(client_, get("/v1/products/" + chassis::percent_encoded(id), subject_time),
               read_product);
}

std::future<CategoryList> ProductRoutes::categories() {
  return start(client_, get("/v1/categories", part_time), read_categories);
}

std::future<WareList> ProductRoutes::wares(const std::vector<std::string>& ids) {
  std::string path = "/internal/products?ids=";
  for (const auto& id : ids) {
    path += (&id == &ids.front() ? "" : ",") + chassis::percent_encoded(id);
  }
  return start(client_, get(std::move(path), part_time), read_wares);
}

Session UserRoutes::sign_in(const Credentials& credentials) {
  auto call = send(Method::post, "/v1/sessions", sign_in_json(credentials));
  if (!credentials.address.empty()) {
    call.headers.add("X-Forwarded-For", credentials.address);
  }
  const auto reply = client_.call(call);
  refuse_unauthenticated(reply, "That e-mail and password do not belong together.");
  if (!reply.ok()) {
    throw chassis::error_from(reply, client_.peer());
  }
  return read_session(reply.body);
}

void UserRoutes::sign_up(const std::string& name, const Credentials& credentials) {
  make(client_, send(Method::post, "/v1/users", sign_up_json(name, credentials)));
}

Renewal UserRoutes::renew(const std::string& refresh_token) {
  auto call = send(Method::post, "/internal/sessions/refresh", renewal_json(refresh_token));
  call.timeout = renewal_time;
  call.idempotent = true;  // within the ten seconds of grace
  const auto reply = client_.call(call);
  refuse_unauthenticated(reply, "This session is over.");
  if (!reply.ok()) {
    throw chassis::error_from(reply, client_.peer());
  }
  return read_renewal(reply.body);
}

void UserRoutes::sign_out(const std::string& refresh_token) {
  auto call = send(Method::del, "/v1/sessions/current", renewal_json(refresh_token));
  call.idempotent = true;
  const auto reply = client_.call(call);
  if (!reply.ok() && reply.status != 401 && reply.status != 404) {
    throw chassis::error_from(reply, client_.peer());
  }
}

void UserRoutes::sign_out_everywhere() {
  auto call = send(Method::del, "/v1/sessions", "");
  call.idempotent = true;
  make(client_, call);
}

std::future<Account> UserRoutes::mine() {
  return start(client_, get("/v1/users/me", subject_time), read_account);
}

void UserRoutes::rename(const std::string& name) {
  auto call = send(Method::patch, "/v1/users/me", rename_json(name));
  call.idempotent = true;
  make(client_, call);
}

std::future<Cart> CartRoutes::mine() {
  return start(client_, get("/v1/cart", part_time), read_cart);
}

void CartRoutes::put(const std::string& product_id, std::int64_t quantity) {
  auto call = send(Method::put, "/v1/cart/items/" + chassis::percent_encoded(product_id),
                   quantity_json(quantity));
  call.idempotent = true;
  make(client_, call);
}

void CartRoutes::remove(const std::string& product_id) {
  auto call = send(Method::del, "/v1/cart/items/" + chassis::percent_encoded(product_id), "");
  call.idempotent = true;
  const auto reply = client_.call(call);
  if (!reply.ok() && reply.status != 404) {
    throw chassis::error_from(reply, client_.peer());
  }
}

void CartRoutes::empty() {
  auto call = send(Method::del, "/v1/cart", "");
  call.idempotent = true;
  make(client_, call);
}

void CartRoutes::merge(const std::string& guest_id) {
  auto call = send(Method::post, "/v1/cart/merge", merge_json(guest_id));
  call.timeout = merge_time;
  call.idempotent = true;  // a cart that was merged is empty
  make(client_, call);
}

Outcome OrderRoutes::place(const Purchase& purchase, const std::string& key) {
  auto call = send_once("/v1/orders", purchase_json(purchase), key);
  call.timeout = order_time;
  const auto reply = client_.call(call);
  if (reply.ok()) {
    return {Outcome::Kind::placed, read_order_id(reply.body)};
  }
  const auto error = chassis::error_from(reply, client_.peer());
  const auto type = error.type();
  if (type == "out-of-stock") {
    return {Outcome::Kind::out_of_stock, {}, read_short_lines(reply.body)};
  }
  constexpr std::pair<std::string_view, Outcome::Kind> ends[] = {
      {"declined", Outcome::Kind::declined},
      {"no-funds", Outcome::Kind::no_funds},
      {"price-changed", Outcome::Kind::price_changed},
      {"cart-empty", Outcome::Kind::cart_empty}};
  for (const auto& [word, kind] : ends) {
    if (type == word) {
      return {kind};
    }
  }
  throw error;
}

std::future<OrderList> OrderRoutes::list(const std::string& cursor) {
  const auto more = cursor.empty() ? "" : "&cursor=" + chassis::percent_encoded(cursor);
  return start(client_, get("/v1/orders?limit=20" + more, subject_time), read_orders);
}

std::future<Order> OrderRoutes::find(const std::string& id) {
  return start(client_, get("/v1/orders/" + chassis::percent_encoded(id), subject_time),
               read_order);
}

void OrderRoutes::cancel(const std::string& id, const std::string& key) {
  auto call = send_once("/v1/orders/" + chassis::percent_encoded(id) + "/cancel", "", key);
  call.timeout = order_time;
  make(client_, call);
}

std::future<CardForm> PaymentRoutes::card_form() {
  return start(client_, get("/v1/payments/card-form", part_time), read_card_form);
}

Product StoreRoutes::add(const ProductDraft& draft, const std::string& key) {
  const auto reply = client_.call(send_once("/v1/products", draft_json(draft), key));
  if (!reply.ok()) {
    throw chassis::error_from(reply, client_.peer());
  }
  return read_product(reply.body);
}

void StoreRoutes::change(const std::string& id, const ProductEdit& edit, std::int64_t seen) {
  auto call = send(Method::patch, "/v1/products/" + chassis::percent_encoded(id), edit_json(edit));
  call.headers.add("If-Match", chassis::etag_of(seen));
  make(client_, call);
}

void StoreRoutes::move(const std::string& id, const StockChange& change, const std::string& key) {
  make(client_, send_once("/v1/products/" + chassis::percent_encoded(id) + "/stock",
                          change_json(change), key));
}

}  // namespace frontend
