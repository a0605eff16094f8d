#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "chassis/error.h"

namespace audit {

/// Some rows of a book, in the order of their ids.
template <typename Row>
struct Page {
  std::vector<Row> rows;
  std::string next;  // the cursor behind these; empty at the end
};

/// Begins to read the page behind `cursor` (empty: the first) and returns at once. The future
/// throws Error{unavailable} naming service and book when it cannot be read.
template <typename Row>
using Source = std::function<std::future<Page<Row>>(const std::string& cursor)>;

/// Whose book it is and what it is called: "order", "orders".
struct BookName {
  std::string service;
  std::string book;
};

/// The error for a book that cannot be read, which ends the audit.
inline chassis::Error unreadable(const BookName& name, const std::string& why) {
  return chassis::Error{
      chassis::ErrorCode::unavailable,
      "the book " + name.book + " of " + name.service + " cannot be read: " + why};
}

/// One reading of a book: once through it in the order of its ids, a page ahead of who reads, and
/// then again at places that are under suspicion. It holds two pages at most, and for each page it
/// has read the cursor, by which it finds the place of an id again. A Row has an `id`.
template <typename Row>
class Book {
 public:
  Book(BookName name, Source<Row> source) : name_{std::move(name)}, source_{std::move(source)} {}

  /// The next row; nothing at the end. Throws Error{unavailable} when the book cannot be read.
  const Row* peek() {
    while (at_ == page_.rows.size()) {
      if (!places_.empty() && page_.next.empty()) return nullptr;
      turn();
    }
    return &page_.rows[at_];
  }
  void advance() { ++at_; }

  /// The rows of these ids (ascending) as they are now, as far as they are there.
  std::vector<Row> again(const std::vector<std::string>& ids);

  const BookName& name() const { return name_; }
  /// How many rows were read the first time.
  std::int64_t row_count() const { return row_count_; }

 private:
  /// A page of the first reading.
  struct Place {
    std::string cursor;
    std::string after;  // the last id before it
  };

  void turn();
  void check(const Page<Row>& page, std::string_view after) const;
  const Place& place_of(const std::string& id) const;

  BookName name_;
  Source<Row> source_;
  Page<Row> page_;
  std::size_t at_ = 0;
  std::future<Page<Row>> coming_;
  std::vector<Place> places_;
  std::string last_id_;
  std::int64_t row_count_ = 0;
};

template <typename Row>
void Book<Row>::turn() {
  const auto cursor = page_.next;
  auto coming = coming_.valid() ? std::move(coming_) : source_(cursor);
  page_ = coming.get();
  at_ = 0;
  check(page_, last_id_);
  places_.push_back({cursor, last_id_});
  if (!page_.rows.empty()) last_id_ = page_.rows.back().id;
  row_count_ += static_cast<std::int64_t>(page_.rows.size());
  if (!page_.next.empty()) coming_ = source_(page_.next);
}

/// A book that is out of order, or never ends, would be judged wrongly.
template <typename Row>
void Book<Row>::check(const Page<Row>& page, std::string_view after) const {
  if (page.rows.empty() && !page.next.empty()) throw unreadable(name_, "a page is empty");
  for (const auto& row : page.rows) {
    if (!(after < row.id)) throw unreadable(name_, "its rows are not in the order of their ids");
    after = row.id;
  }
}

/// The page on which the id stood or would have stood; the last one for what comes after it.
template <typename Row>
const typename Book<Row>::Place& Book<Row>::place_of(const std::string& id) const {
  const auto behind = std::partition_point(places_.begin(), places_.end(),
                                           [&](const Place& place) { return place.after < id; });
  return behind == places_.begin() ? places_.front() : *std::prev(behind);
}

template <typename Row>
std::vector<Row> Book<Row>::again(const std::vector<std::string>& ids) {
  std::vector<Row> found;
  std::string last;
  std::string cursor;
  auto wanted = ids.begin();
  while (wanted != ids.end()) {
    // Rows that came since may have moved an id behind its page: then it is on one of the next.
    if (!places_.empty() && place_of(*wanted).after >= last) cursor = place_of(*wanted).cursor;
    auto page = source_(cursor).get();
    check(page, last);
    for (auto& row : page.rows) {
      wanted = std::lower_bound(wanted, ids.end(), row.id);
      if (wanted != ids.end() && *wanted == row.id) {
        found.push_back(std::move(row));
        last = *wanted++;
      } else {
        last = row.id;
      }
    }
    if (page.next.empty()) break;
    cursor = page.next;
  }
  return found;
}

}  // namespace audit
