#include "asset_routes.h"

#include "chassis/auth.h"
#include "picture.h"

namespace frontend {
namespace {

using chassis::Method;
using chassis::Request;
using chassis::Response;

constexpr auto forever = "public, max-age=31536000, immutable";
constexpr auto for_a_day = "public, max-age=86400";
constexpr auto robots =
    "User-agent: *\nDisallow: /account\nDisallow: /signin\nDisallow: /signup\nDisallow: /cart\n"
    "Disallow: /checkout\nDisallow: /orders\nDisallow: /admin\n";

Response keepable(const Request& request, std::string_view content, const std::string& type,
                  const std::string& etag, const std::string& how_long) {
  Response response;
  response.body = std::string{content};
  response.content_type = type;
  response.headers.add("Cache-Control", how_long);
  response.headers.add("X-Content-Type-Options", "nosniff");
  // An SVG opened by itself is a document: it, too, runs nothing.
  response.headers.add("Content-Security-Policy", "default-src 'none'; style-src 'self'");
  return chassis::with_etag(request, std::move(response), etag);
}

Response asset(const Request& request, const Assets& assets) {
  const auto* const found = assets.find(request.parameter("name"));
  if (found == nullptr) {
    throw chassis::Error{chassis::ErrorCode::not_found, "no such asset"};
  }
  return keepable(request, found->content, found->type, found->etag, forever);
}

Response product_picture(const Request& request) {
  const auto hint = request.query.text("of").value_or("");
  const auto svg = picture(request.parameter("category"), request.parameter("id"), hint);
  const auto etag = "\"" + chassis::sha256_hex(svg).substr(0, 16) + "\"";
  return keepable(request, svg, "image/svg+xml", etag, for_a_day);
}

Response icon(const Request& request, const Assets& assets) {
  const auto& address = assets.address("icon.svg");
  const auto* const found = assets.find(address.substr(address.rfind('/') + 1));
  return keepable(request, found->content, found->type, found->etag, for_a_day);
}

/// A route that never blocks, answered where the request was read.
chassis::Route from_memory(const std::string& path, const chassis::Handler& handler) {
  chassis::Route route{Method::get, path, chassis::Access::anyone, handler};
  route.fast = [handler](const Request& request) { return std::optional{handler(request)}; };
  return route;
}

}  // namespace

chassis::Routes asset_routes(const Assets& assets) {
  return {
      from_memory("/assets/{name}", [&](const Request& r) { return asset(r, assets); }),
      from_memory("/pictures/{category}/{id}.svg", product_picture),
      from_memory("/favicon.ico", [&](const Request& r) { return icon(r, assets); }),
      from_memory("/robots.txt",
                  [](const Request& r) {
                    return keepable(r, robots, "text/plain; charset=utf-8", "\"1\"", for_a_day);
                  }),
  };
}

}  // namespace frontend
