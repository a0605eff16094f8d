#include "kettle_routes.h"

#include "chassis/page.h"
#include "kettle_json.h"

namespace kettle {
namespace {

using chassis::Request;
using chassis::Response;

constexpr auto ordering = "id";

Response list_kettles(const Request& request, Kettles& kettles) {
  request.query.only({"limit", "cursor"});
  const auto page = chassis::page_request(request, ordering);
  const auto after = page.after.empty() ? std::string{} : page.after.front();
  return chassis::ok(chassis::page_json(kettles.list(after, page.limit + 1), page, ordering,
                                        [](const Kettle& last) { return std::vector{last.id}; }));
}

Response get_kettle(const Request& request, Kettles& kettles) {
  return chassis::ok(chassis::to_json(kettles.find(request.uuid("id"))));
}

Response put_kettle(const Request& request, Kettles& kettles) {
  const auto draft = chassis::from_json<KettleDraft>(chassis::json_body(request));
  return chassis::ok(chassis::to_json(kettles.put(request.uuid("id"), draft)));
}

}  // namespace

chassis::Routes routes(std::shared_ptr<Kettles> kettles) {
  using chassis::Access;
  using chassis::Method;
  return {
      {Method::get, "/v1/kettles", Access::anyone,
       [kettles](const Request& request) { return list_kettles(request, *kettles); }},
      {Method::get, "/v1/kettles/{id}", Access::anyone,
       [kettles](const Request& request) { return get_kettle(request, *kettles); }},
      {Method::put, "/v1/kettles/{id}", Access::user,
       [kettles](const Request& request) { return put_kettle(request, *kettles); }},
  };
}

}  // namespace kettle
