#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "audit.h"
#include "book.h"
#include "checks.h"
#include "rows.h"

namespace audit {

/// A book in memory, in pages of two, in the order of its ids, as a service shows it.
template <typename Row>
class FakeBook {
 public:
  std::vector<Row> rows;
  std::vector<std::string> cursors;     // that were asked for
  std::function<void()> before_page{};  // what happens meanwhile
  std::string away;                     // why it cannot be read
  bool sorted = true;                   // else in the order in which they were added

  Source<Row> source() {
    return [this](const std::string& cursor) {
      return std::async(std::launch::deferred, [this, cursor] { return page(cursor); });
    };
  }

  Row& row(const std::string& id) {
    return *std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.id == id; });
  }

 private:
  Page<Row> page(const std::string& cursor) {
    cursors.push_back(cursor);
    if (before_page) before_page();
    if (!away.empty()) throw unreadable({"order", "orders"}, away);
    if (sorted) {
      std::sort(rows.begin(), rows.end(),
                [](const Row& left, const Row& right) { return left.id < right.id; });
    }
    auto from = rows.begin();
    if (!cursor.empty()) {
      const auto last = cursor.substr(std::string{"after "}.size());
      from = sorted ? std::find_if(rows.begin(), rows.end(),
                                   [&](const Row& row) { return row.id > last; })
                    : std::next(std::find_if(rows.begin(), rows.end(),
                                             [&](const Row& row) { return row.id == last; }));
    }
    const auto to = rows.end() - from > 2 ? from + 2 : rows.end();
    Page<Row> page{{from, to}, ""};
    if (to != rows.end()) page.next = "after " + page.rows.back().id;
    return page;
  }
};

/// Time that passes only in pauses; `during` happens in each of them.
class FakeWatch final : public Watch {
 public:
  std::function<void()> during{};
  std::vector<std::chrono::milliseconds> pauses{};

  chassis::Time now() const override { return long_ago + std::chrono::minutes{1} + elapsed_; }
  std::chrono::milliseconds elapsed() const override { return elapsed_; }
  void pause(std::chrono::milliseconds time) override {
    elapsed_ += time;
    pauses.push_back(time);
    if (during) during();
  }

 private:
  std::chrono::milliseconds elapsed_{0};
};

}  // namespace audit
