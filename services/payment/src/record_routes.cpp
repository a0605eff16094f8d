#include "record_routes.h"

#include <charconv>

#include "chassis/log.h"
#include "chassis/page.h"
#include "record_json.h"

namespace payment {
namespace {

using chassis::Error;
using chassis::FieldError;
using chassis::PageRequest;
using chassis::Request;
using chassis::Response;

std::int64_t number_of(const PageRequest& page) {
  if (page.after.empty()) return 0;
  std::int64_t number = 0;
  const auto& text = page.after.front();
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (page.after.size() > 1 || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    throw Error{std::vector{FieldError{"?cursor", "does not belong to this record"}}};
  }
  return number;
}

Response read_record(const Request& request, Records& records) {
  request.query.only({"limit", "cursor"});
  const auto& id = request.uuid("id");
  const auto ordering = "record " + id;
  const auto page = chassis::page_request(request, ordering);
  auto lines =
      records.read(id, "user:" + request.caller().user_id, number_of(page), page.limit + 1);
  chassis::log::info("legal record read", {{"payment", id}, {"by", request.caller().user_id}});
  return chassis::ok(chassis::page_json(std::move(lines), page, ordering, [](const Record& record) {
    return std::vector{std::to_string(record.number)};
  }));
}

}  // namespace

chassis::Routes record_routes(const std::shared_ptr<Records>& records) {
  return {{chassis::Method::get, "/v1/payments/{id}/record", chassis::Access::admin,
           [=](const Request& request) { return read_record(request, *records); }}};
}

}  // namespace payment
