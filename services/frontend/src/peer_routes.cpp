#include "peer_routes.h"

#include <chrono>
#include <utility>

#include "account_json.h"
#include "catalogue_json.h"

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
  const auto reply = client_.call(send(Method::post, "/v1/users", sign_up_json(name, credentials)));
  if (!reply.ok()) {
    throw chassis::error_from(reply, client_.peer());
  }
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
  const auto reply = client_.call(call);
  if (!reply.ok()) {
    throw chassis::error_from(reply, client_.peer());
  }
}

std::future<Account> UserRoutes::mine() {
  return start(client_, get("/v1/users/me", subject_time), read_account);
}

void UserRoutes::rename(const std::string& name) {
  auto call = send(Method::patch, "/v1/users/me", rename_json(name));
  call.idempotent = true;
  const auto reply = client_.call(call);
  if (!reply.ok()) {
    throw chassis::error_from(reply, client_.peer());
  }
}

}  // namespace frontend
