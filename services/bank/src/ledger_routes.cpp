#include "ledger_routes.h"

#include <charconv>

#include "access_routes.h"
#include "chassis/page.h"
#include "ledger_json.h"

namespace bank {
namespace {

using chassis::Request;
using chassis::Response;

constexpr auto ordering = "ledger";

std::int64_t position_of(const chassis::PageRequest& page) {
  if (page.after.empty()) return 0;
  std::int64_t position = -1;
  const auto& text = page.after.front();
  const auto read = std::from_chars(text.data(), text.data() + text.size(), position);
  if (page.after.size() != 1 || read.ec != std::errc{} || *read.ptr != '\0' || position < 0) {
    throw chassis::Error{std::vector{chassis::FieldError{"?cursor", "is no place in the ledger"}}};
  }
  return position;
}

Response read_ledger(const Request& request, Ledger& ledger) {
  request.query.only({"cursor", "limit"});
  const auto wanted = chassis::page_request(request, ordering);
  auto page = ledger.page(position_of(wanted), wanted.limit + 1);
  auto json = chassis::page_json(std::move(page.entries), wanted, ordering, [](const Entry& entry) {
    return std::vector{std::to_string(entry.position)};
  });
  json.back() = ',';  // the list's object gets one more member
  return chassis::ok(json + "\"balance\":" + chassis::to_json(page.balance) + "}");
}

}  // namespace

chassis::Routes ledger_routes(const std::shared_ptr<Ledger>& ledger,
                              const std::string& merchant_key) {
  return {
      {chassis::Method::get, "/v1/ledger", chassis::Access::anyone, [=](const Request& request) {
         require_merchant_or_keeper(request, merchant_key);
         return read_ledger(request, *ledger);
       }}};
}

}  // namespace bank
