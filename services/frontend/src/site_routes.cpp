#include "site_routes.h"

#include <utility>

#include "cart.h"
#include "chassis/id.h"
#include "chassis/log.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Request;
using chassis::Response;

constexpr auto access_cookie = "__Host-access";
constexpr auto refresh_cookie = "__Host-refresh";
constexpr auto mark_cookie = "__Host-csrf";
constexpr auto guest_cookie = "__Host-guest";
constexpr std::int64_t guest_seconds = 365LL * 24 * 60 * 60;
constexpr std::int64_t refresh_seconds = 30LL * 24 * 60 * 60;
constexpr std::size_t refresh_length_max = 1000;

// Pages load nothing from elsewhere, send their forms nowhere else, and, but for those that say
// allow_modules(), run no script.
constexpr auto content_policy =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";

/// A Set-Cookie value. Without `seconds` the cookie lives as long as the browser stays open.
std::string cookie(const std::string& name, const std::string& value,
                   std::optional<std::int64_t> seconds) {
  return name + "=" + value + "; Path=/; Secure; HttpOnly; SameSite=Lax" +
         (seconds ? "; Max-Age=" + std::to_string(*seconds) : "");
}

struct Words {
  const char* heading;
  const char* sentence;
};

Words words_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return {"No such door", "We looked along the whole arcade; nothing lives at this address."};
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
      return {"This door stays shut", "You may not go in here with the account you use."};
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
      return {"Back in a moment",
              "What this page is about is out of reach just now. The rest of the house is open; "
              "please try again shortly."};
    case ErrorCode::too_many_requests:
      return {"A little slower", "That was a great many tries. Please wait and then go on."};
    case ErrorCode::internal:
      return {"Something broke on our side",
              "It is not your doing, and it has been written down. Please try again."};
    case ErrorCode::invalid:
    case ErrorCode::payment_required:
    case ErrorCode::method_not_allowed:
    case ErrorCode::conflict:
    case ErrorCode::length_required:
    case ErrorCode::precondition_failed:
    case ErrorCode::too_large:
    case ErrorCode::unsupported_media_type:
    case ErrorCode::key_reused:
    case ErrorCode::precondition_required: break;
  }
  return {"We could not read that", "The address or the form holds something we cannot make out."};
}

Response answered(Visit& visit, const PageHandler& handler) {
  try {
    const chassis::ContextScope scope{visit.context()};
    return handler(visit);
  } catch (const Error& error) {
    return visit.error_page(error);
  } catch (const std::exception& error) {
    chassis::log::error("page failed", {{"path", visit.request().path}, {"what", error.what()}});
    return visit.error_page(Error{ErrorCode::internal, "internal"});
  }
}

}  // namespace

Visit::Visit(const Request& request, const Site& site)
    : request_{request},
      site_{site},
      context_{request.context},
      refresh_token_{request.cookie(refresh_cookie)},
      mark_{request.cookie(mark_cookie)} {
  if (!FormTokens::is_mark(mark_)) {
    mark_.clear();
  }
  if (refresh_token_.size() > refresh_length_max) {
    refresh_token_.clear();
  }
  // Only the cookie counts: a guest is a browser.
  const auto guest_id = request.cookie(guest_cookie);
  context_.guest_id = chassis::is_uuid(guest_id) ? guest_id : "";
  if (!context_.caller && !refresh_token_.empty()) {
    renew();
  }
}

void Visit::renew() {
  personal_ = true;
  try {
    const chassis::ContextScope scope{context_};
    const auto renewal = site_.accounts.renew(refresh_token_);
    keep(renewal.session);
    context_.caller = chassis::Caller{renewal.account.id, renewal.account.roles};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::unauthenticated || error.code() == ErrorCode::invalid) {
      forget();
    } else {
      in_doubt_ = true;
    }
  }
}

std::string Visit::user_id() const { return context_.caller ? context_.caller->user_id : ""; }

void Visit::keep(const Session& session) {
  refresh_token_ = session.refresh_token;
  if (!session.user_id.empty()) {
    context_.caller = chassis::Caller{session.user_id, session.roles};
  }
  cookies_[access_cookie] = cookie(access_cookie, session.access_token, session.expires_in);
  cookies_[refresh_cookie] = cookie(refresh_cookie, session.refresh_token, refresh_seconds);
}

void Visit::forget() {
  refresh_token_.clear();
  context_.caller.reset();
  cookies_[access_cookie] = cookie(access_cookie, "", 0);
  cookies_[refresh_cookie] = cookie(refresh_cookie, "", 0);
}

void Visit::become_guest() {
  context_.guest_id = new_guest_id();
  cookies_[guest_cookie] = cookie(guest_cookie, context_.guest_id, guest_seconds);
}

void Visit::forget_guest() {
  context_.guest_id.clear();
  cookies_[guest_cookie] = cookie(guest_cookie, "", 0);
}

std::string Visit::form_token() {
  personal_ = true;
  if (mark_.empty()) {
    mark_ = FormTokens::new_mark();
    cookies_[mark_cookie] = cookie(mark_cookie, mark_, std::nullopt);
  }
  return site_.form_tokens.token(mark_, user_id());
}

chassis::Query Visit::form() const {
  const auto from = request_.headers.get("Sec-Fetch-Site");
  const bool elsewhere = !from.empty() && from != "same-origin" && from != "none";
  auto fields = chassis::form_fields(request_);
  const auto offered = fields.text("csrf").value_or("");
  if (elsewhere || !site_.form_tokens.matches(offered, mark_, user_id())) {
    throw Error{ErrorCode::forbidden, "the form is not one of ours, or too old"};
  }
  return fields;
}

void Visit::allow_modules(const std::string& origin) {
  script_policy_ = "; script-src 'self'; connect-src 'self'" + (origin.empty() ? "" : " " + origin);
}

Response Visit::page(std::string_view name, View view, int status) {
  const bool signed_in = context_.caller.has_value() || in_doubt_;
  personal_ = personal_ || signed_in;
  View shared;
  shared.text("title", "Serai").text("signin_link", "/signin").flag("signed_in", signed_in);
  for (const auto& [file, address] : site_.assets.addresses()) {
    shared.text("asset_" + file.substr(0, file.find('.')), address);
  }
  return chassis::html(site_.pages.render(name, view.with(shared)), status);
}

Response Visit::error_page(const Error& error) {
  const auto [heading, sentence] = words_for(error.code());
  const int status = chassis::http_status(error.code());
  View view;
  view.text("title", std::string{heading} + " · Serai").text("heading", heading);
  view.text("sentence", sentence).text("status", std::to_string(status)).flag("hidden", true);
  if (status >= 500) {
    view.text("trace_id", context_.trace.trace_id);
  }
  auto response = page("error", view, status);
  if (const auto seconds = error.retry_after()) {
    response.headers.add("Retry-After", std::to_string(*seconds));
  } else if (status == 503) {
    response.headers.add("Retry-After", "5");
  }
  return response;
}

Response Visit::finished(Response response) const {
  for (const auto& [name, value] : cookies_) {
    response.headers.add("Set-Cookie", value);
  }
  const bool keepable = !personal_ && cookies_.empty() && response.status == 200;
  response.headers.add("Cache-Control", keepable ? "no-cache" : "no-store");
  response.headers.add("Vary", "Cookie");
  response.headers.add("Content-Security-Policy", content_policy + script_policy_);
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Referrer-Policy", "same-origin");
  response.headers.add("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

chassis::Route page_route(chassis::Method method, const std::string& path, const Site& site,
                          PageHandler handler) {
  return {method, path, chassis::Access::anyone,
          [&site, handler = std::move(handler)](const Request& request) {
            Visit visit{request, site};
            return visit.finished(answered(visit, handler));
          }};
}

chassis::Routes lost_routes(const Site& site) {
  const auto lost = [](Visit& visit) {
    return visit.error_page(Error{ErrorCode::not_found, "no such page"});
  };
  chassis::Routes routes;
  std::string path;
  for (const char name : std::string_view{"abcd"}) {
    path += "/{" + std::string(1, name) + "}";
    routes.push_back(page_route(chassis::Method::get, path, site, lost));
  }
  return routes;
}

}  // namespace frontend
