#include "payment_routes.h"

#include <charconv>

#include "chassis/id.h"
#include "chassis/log.h"
#include "chassis/page.h"
#include "payment_json.h"

namespace payment {
namespace {

using chassis::Access;
using chassis::Error;
using chassis::FieldError;
using chassis::Method;
using chassis::PageRequest;
using chassis::Request;
using chassis::Response;

constexpr auto payment_path = "/internal/payments/{owner_id}";
constexpr std::int64_t book_items_max = 500;
constexpr std::int64_t book_items_usual = 200;
/// Peers read at once what they asked for.
constexpr std::size_t books_bytes_max = 256 * 1024;

// --- for peers

Response not_known_yet(const std::string& owner_id, const std::optional<std::string>& id) {
  return chassis::accepted(chassis::to_json(NotKnownYet{.id = id, .owner_id = owner_id}));
}

Response charge(const Request& request, Settlement& settlement) {
  const auto& owner_id = request.uuid("owner_id");
  const auto draft = chassis::from_json<Draft>(chassis::json_body(request));
  const auto payment = settlement.charge(owner_id, draft);
  if (payment.status == "voided" || payment.void_asked) throw voided();
  if (payment.status == "declined") throw declined(payment.decline_reason.value_or("declined"));
  if (payment.pending()) return not_known_yet(owner_id, payment.id);
  return chassis::created("/v1/payments/" + payment.id, chassis::to_json(payment));
}

Response take_back(const Request& request, Settlement& settlement) {
  const auto& owner_id = request.uuid("owner_id");
  const auto payment = settlement.take_back(owner_id);
  if (payment.status != "voided" && payment.status != "declined") {
    return not_known_yet(owner_id, payment.id);
  }
  return chassis::ok(chassis::to_json(TakenBack{owner_id, payment.status, payment.refunded}));
}

Response give_back(const Request& request, Settlement& settlement) {
  const auto& owner_id = request.uuid("owner_id");
  const auto& refund_id = request.uuid("refund_id");
  const auto draft = chassis::from_json<RefundDraft>(chassis::json_body(request));
  const auto refund = settlement.refund(owner_id, refund_id, draft.amount);
  if (refund.status == "pending") return not_known_yet(owner_id, refund_id);
  if (refund.status == "refused") throw refund_exceeds({0, refund.amount.currency});
  return {201, chassis::to_json(refund)};
}

Response get_books(const Request& request, Payments& payments) {
  request.query.only({"book", "cursor", "limit"});
  if (!request.query.one_of("book", {"payments"})) {
    throw Error{std::vector{FieldError{"?book", "is missing"}}};
  }
  const auto limit = request.query.integer("limit", 1, book_items_max).value_or(book_items_usual);
  const auto after = request.query.text("cursor").value_or("");
  if (!after.empty() && !chassis::is_uuid(after)) {
    throw Error{std::vector{FieldError{"?cursor", "does not belong to this book"}}};
  }
  BookPage page{payments.books(after, limit + 1), std::nullopt};
  if (static_cast<std::int64_t>(page.items.size()) > limit) {
    page.items.pop_back();
    page.next_cursor = page.items.back().id;
  }
  return chassis::ok(chassis::to_json(page));
}

// --- for everyone

Response list_mine(const Request& request, Payments& payments) {
  constexpr auto ordering = "payments";
  request.query.only({"limit", "cursor"});
  const auto page = chassis::page_request(request, ordering);
  const auto before = page.after.empty() ? std::string{} : page.after.front();
  if (page.after.size() > 1 || (!before.empty() && !chassis::is_uuid(before))) {
    throw Error{std::vector{FieldError{"?cursor", "does not belong to this list"}}};
  }
  return chassis::ok(
      chassis::page_json(payments.list_mine(request.caller().user_id, before, page.limit + 1), page,
                         ordering, [](const Payment& payment) { return std::vector{payment.id}; }));
}

Response get_mine(const Request& request, Payments& payments) {
  return chassis::ok(
      chassis::to_json(payments.find_mine(request.uuid("id"), request.caller().user_id)));
}

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

chassis::Routes peer_routes(const std::shared_ptr<Settlement>& settlement,
                            const std::shared_ptr<Payments>& payments) {
  chassis::Route books{Method::get, "/internal/books", Access::internal,
                       [=](const Request& request) { return get_books(request, *payments); }};
  books.answer_max = books_bytes_max;
  return {
      {Method::put, payment_path, Access::internal,
       [=](const Request& request) { return charge(request, *settlement); }},
      {Method::del, payment_path, Access::internal,
       [=](const Request& request) { return take_back(request, *settlement); }},
      {Method::put, std::string{payment_path} + "/refunds/{refund_id}", Access::internal,
       [=](const Request& request) { return give_back(request, *settlement); }},
      books,
  };
}

chassis::Routes public_routes(const std::shared_ptr<Payments>& payments,
                              const std::shared_ptr<Records>& records, const CardForm& form) {
  const auto form_json = chassis::to_json(form);
  return {
      {Method::get, "/v1/payments", Access::user,
       [=](const Request& request) { return list_mine(request, *payments); }},
      {Method::get, "/v1/payments/card-form", Access::anyone,
       [=](const Request& /*request*/) { return chassis::ok(form_json); },
       [=](const Request& /*request*/) { return chassis::ok(form_json); }},
      {Method::get, "/v1/payments/{id}", Access::user,
       [=](const Request& request) { return get_mine(request, *payments); }},
      {Method::get, "/v1/payments/{id}/record", Access::admin,
       [=](const Request& request) { return read_record(request, *records); }},
  };
}

}  // namespace payment
