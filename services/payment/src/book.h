#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/clock.h"
#include "chassis/money.h"

namespace payment {

/// What a peer and an audit compare with their own.
struct BookEntry {
  std::string owner_id;
  std::string owner_type;
  std::string status;
  chassis::Money captured;
  chassis::Money refunded;
  bool settled = false;  // nothing is under way, and the bank was asked since the last change
  chassis::Time updated_at;
};

class Books {
 public:
  virtual ~Books() = default;

  /// In the order of their owners' ids, as the owners' books are, those that are greater than
  /// `after`, which may be empty. What was taken back before it was asked for is not in the books.
  virtual std::vector<BookEntry> read(const std::string& after, std::int64_t count) = 0;
};

}  // namespace payment
