#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "book.h"
#include "chassis/money.h"
#include "sale.h"

namespace audit {

/// A row of the bank's ledger.
struct Entry {
  std::string id;
  std::string entry;  // capture or refund
  std::string charge_id;
  std::string reference;  // ours: the id of what is paid for
  chassis::Money amount;
};
bool is_ledger_entry(std::string_view text);

/// The bank's ledger. It is oldest first and only ever added to at its end, so it is read whole
/// once, and later only what has come since. It is not in the order of references: all of it is
/// kept in memory, 48 bytes a row.
class Ledger {
 public:
  Ledger(BookName name, Source<Entry> source)
      : name_{std::move(name)}, source_{std::move(source)} {}

  /// Reads what has come since the last time: all of it at first. Throws Error{unavailable} when
  /// it cannot be read.
  void read_on();

  /// The charges under a reference, in the order of their ids.
  std::vector<Charge> charges(const std::string& reference) const;
  /// Another reference, once each when begun with an empty one; empty at the end. Those that are
  /// UUIDs come first, ascending.
  std::string reference_after(const std::string& reference) const;

  const BookName& name() const { return name_; }
  std::int64_t row_count() const { return static_cast<std::int64_t>(rows_.size()); }

 private:
  /// A UUID in 16 bytes, its upper half first. Any other text is the number of its place among
  /// other_texts_, behind an upper half that no UUID has: so it comes after all of them.
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  struct Row {
    Key reference;
    Key charge;
    std::int64_t amount = 0;  // below zero for a refund
    std::uint32_t currency = 0;
  };

  Key keep(const std::string& text);
  bool find(const std::string& text, Key& key) const;
  std::string text_of(const Key& key) const;
  void add(const Entry& entry);
  void take(const Page<Entry>& page, std::size_t known);

  BookName name_;
  Source<Entry> source_;
  std::string last_cursor_;     // of the page that was the last one
  std::size_t last_count_ = 0;  // its rows
  std::string last_id_;         // of the last of them
  std::vector<Row> rows_;       // by reference and charge
  std::map<std::string, std::uint64_t> other_numbers_;
  std::vector<std::string> other_texts_;
};

}  // namespace audit
