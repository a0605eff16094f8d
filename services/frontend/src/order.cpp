#include "order.h"

#include <algorithm>
#include <charconv>

#include "account.h"
#include "catalogue.h"

namespace frontend {
namespace {

constexpr std::size_t names_max = 2;

/// What of an order that came to nothing is worth saying.
std::string failure_sentence(const Order& order) {
  const std::string safe = " You have paid nothing, and your cart is as it was.";
  if (!order.problem) {
    return "It could not be finished." + safe;
  }
  const auto& type = order.problem->type;
  const auto is = [&](std::string_view word) {  // with or without what stands before it
    return type.size() >= word.size() && type.substr(type.size() - word.size()) == word;
  };
  if (is("no-funds")) {
    return "There was not enough on the card." + safe;
  }
  if (is("declined")) {
    return "The bank declined the card." + safe;
  }
  if (is("out-of-stock")) {
    return "Somebody else took the last pieces." + safe;
  }
  if (is("price-changed")) {
    return "A price changed just then." + safe;
  }
  return "It could not be finished." + safe;
}

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc{} && stop == end ? std::optional{number} : std::nullopt;
}

/// The text up to the next `mark`, which is taken off the front together with it.
std::string_view next_part(std::string_view& text, char mark) {
  const auto end = std::min(text.find(mark), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

}  // namespace

bool is_under_way(const Order& order) {
  return order.status == "pending" || order.status == "cancelling";
}

Standing standing_of(const Order& order) {
  if (order.status == "pending") {
    return {"Under way", "We have your order and are waiting for the bank. Nothing is paid twice."};
  }
  if (order.status == "confirmed") {
    return {"Confirmed", "It is yours. We are wrapping it up."};
  }
  if (order.status == "declined") {
    return {"Declined", failure_sentence(order)};
  }
  if (order.status == "failed") {
    return {"Not finished", failure_sentence(order)};
  }
  if (order.status == "cancelling") {
    return {"Being cancelled", "We are giving your money back."};
  }
  if (order.status == "cancelled") {
    return {"Cancelled", "Your money is on its way back to your card."};
  }
  return {order.status, ""};
}

std::string card_text(const Order& order) {
  if (!order.payment || order.payment->last4.value_or("").empty()) {
    return {};
  }
  auto brand = order.payment->brand.value_or("");
  if (brand.empty()) {
    brand = "card";
  }
  if (brand.front() >= 'a' && brand.front() <= 'z') {
    brand.front() = static_cast<char>(brand.front() - 'a' + 'A');
  }
  return brand + " ending in " + *order.payment->last4;
}

std::string names_text(const Order& order) {
  const auto count = order.items.size();
  const auto shown = std::min(count, names_max);
  std::string text;
  for (std::size_t at = 0; at < shown; ++at) {
    const bool last = at + 1 == count;
    text += (at == 0 ? "" : last ? " and " : ", ") + order.items[at].name;
  }
  return count > shown ? text + " and " + std::to_string(count - shown) + " more" : text;
}

std::string moment_text(std::string_view time) {
  constexpr std::size_t clock_at = 11;  // behind "2026-11-21T"
  constexpr std::string_view shape = "dd:dd";
  const auto day = day_text(time);
  if (day.empty() || time.size() < clock_at + shape.size() || time.back() != 'Z') {
    return {};
  }
  const auto clock = time.substr(clock_at, shape.size());
  for (std::size_t at = 0; at < shape.size(); ++at) {
    const bool digit = clock[at] >= '0' && clock[at] <= '9';
    if (shape[at] == 'd' ? !digit : clock[at] != ':') {
      return {};
    }
  }
  return day + ", " + std::string{clock} + " UTC";
}

std::string seen_text(const Cart& cart) {
  std::string text;
  for (const auto& line : cart.items) {
    text += line.product_id + " " + std::to_string(line.quantity) + " " +
            std::to_string(line.unit_price.amount) + ";";
  }
  return text;
}

std::vector<SeenLine> read_seen(std::string_view text) {
  std::vector<SeenLine> lines;
  while (!text.empty()) {
    auto line = next_part(text, ';');
    const auto product_id = next_part(line, ' ');
    const auto quantity = read_number(next_part(line, ' '));
    const auto amount = read_number(line);
    if (quantity && amount && *amount >= 0) {
      lines.push_back({std::string{product_id}, *quantity, *amount});
    }
  }
  return lines;
}

std::string change_text(const CartLine& line, const std::vector<SeenLine>& seen) {
  const auto before = std::find_if(seen.begin(), seen.end(), [&](const SeenLine& one) {
    return one.product_id == line.product_id;
  });
  if (before == seen.end()) {
    return "It came into your cart in the meantime.";
  }
  if (before->amount != line.unit_price.amount) {
    return "It was " + price_text({before->amount, line.unit_price.currency}) + " before.";
  }
  return before->quantity == line.quantity
             ? ""
             : "You wanted " + std::to_string(before->quantity) + " of it before.";
}

std::size_t gone_count(const Cart& cart, const std::vector<SeenLine>& seen) {
  const auto gone = std::count_if(seen.begin(), seen.end(), [&](const SeenLine& one) {
    return std::none_of(cart.items.begin(), cart.items.end(),
                        [&](const CartLine& line) { return line.product_id == one.product_id; });
  });
  return static_cast<std::size_t>(gone);
}

}  // namespace frontend
