#include "product.h"

#include <algorithm>

#include "chassis/error.h"

namespace product {
namespace {

using chassis::FieldError;
using Fields = std::vector<FieldError>;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

std::string up_to(std::int64_t most) { return "must be from 0 to " + std::to_string(most); }

void check_name(Fields& wrong, const std::string& name) {
  if (characters(name) > name_max) {
    wrong.push_back({"/name", "must have at most " + std::to_string(name_max) + " characters"});
  } else if (name.empty() || name.front() <= ' ') {  // bytes of UTF-8 beyond ASCII are below zero
    const bool letter = !name.empty() && static_cast<unsigned char>(name.front()) >= 0x80;
    if (!letter) wrong.push_back({"/name", "must begin with something else than a blank"});
  }
}

void check_description(Fields& wrong, const std::string& description) {
  if (characters(description) > description_max) {
    wrong.push_back(
        {"/description", "must have at most " + std::to_string(description_max) + " characters"});
  }
}

void check_category(Fields& wrong, const std::string& category) {
  if (category.empty()) wrong.push_back({"/category", "is no category"});
}

void check_amount(Fields& wrong, std::int64_t amount) {
  if (amount < 0 || amount > price_max) wrong.push_back({"/price/amount", up_to(price_max)});
}

void check_currency(Fields& wrong, const std::string& given, const std::string& currency) {
  if (given != currency) wrong.push_back({"/price/currency", "must be " + currency});
}

void check_stock(Fields& wrong, std::int64_t stock) {
  if (stock < 0 || stock > stock_max) wrong.push_back({"/stock", up_to(stock_max)});
}

void refuse_any(Fields wrong) {
  if (!wrong.empty()) throw chassis::Error{std::move(wrong)};
}

}  // namespace

void check(const ProductDraft& draft, const std::string& currency) {
  Fields wrong;
  check_name(wrong, draft.name);
  check_description(wrong, draft.description);
  check_category(wrong, draft.category);
  check_amount(wrong, draft.price.amount);
  check_currency(wrong, draft.price.currency, currency);
  check_stock(wrong, draft.stock);
  refuse_any(std::move(wrong));
}

void check(const ProductEdit& edit, const std::string& currency) {
  Fields wrong;
  if (edit.name) check_name(wrong, *edit.name);
  if (edit.description) check_description(wrong, *edit.description);
  if (edit.category) check_category(wrong, *edit.category);
  if (edit.price) check_amount(wrong, *edit.price);
  if (edit.currency) check_currency(wrong, *edit.currency, currency);
  if (edit.stock) check_stock(wrong, *edit.stock);
  refuse_any(std::move(wrong));
}

void check(const StockChange& change) {
  Fields wrong;
  if (change.delta == 0 || change.delta < -stock_max || change.delta > stock_max) {
    const auto most = std::to_string(stock_max);
    wrong.push_back({"/delta", "must be from -" + most + " to " + most + " and not 0"});
  }
  const auto length = characters(change.reason);
  if (length == 0 || length > reason_max) {
    wrong.push_back(
        {"/reason", "must have from 1 to " + std::to_string(reason_max) + " characters"});
  }
  refuse_any(std::move(wrong));
}

std::string image_url(std::string_view category, std::string_view id) {
  return "/pictures/" + std::string{category} + "/" + std::string{id} + ".svg";
}

bool is_fresh(std::int64_t seen, std::int64_t edited, std::int64_t version, bool sets_stock) {
  return seen <= version && seen >= (sets_stock ? version : edited);
}

}  // namespace product
