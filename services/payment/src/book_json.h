#pragma once

#include <optional>
#include <string>
#include <vector>

#include "book.h"
#include "chassis/json.h"

namespace payment {

struct BookPage {
  std::vector<BookEntry> items;
  std::optional<std::string> next_cursor;
};

}  // namespace payment

template <>
struct chassis::Fields<payment::BookEntry> {
  using Entry = payment::BookEntry;
  static constexpr auto list =
      std::make_tuple(field("owner_id", &Entry::owner_id), field("owner_type", &Entry::owner_type),
                      field("status", &Entry::status), field("captured", &Entry::captured),
                      field("refunded", &Entry::refunded), field("settled", &Entry::settled),
                      field("updated_at", &Entry::updated_at));
};

template <>
struct chassis::Fields<payment::BookPage> {
  using Page = payment::BookPage;
  static constexpr auto list = std::make_tuple(field("items", &Page::items),
                                               field("next_cursor", &Page::next_cursor, nullable));
};
