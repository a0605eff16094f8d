#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chassis/clock.h"

namespace kettle {

struct Kettle {
  std::string id;  // a UUID
  std::string name;
  chassis::Time created_at;
};

struct KettleDraft {
  std::string name;
};

/// Throws Error{invalid} unless the draft can be stored: a name is more than blanks.
void check(const KettleDraft& draft);

/// All kettles, wherever they are kept.
class Kettles {
 public:
  virtual ~Kettles() = default;

  /// Stores the draft under this id and returns what is stored. Under an id that is taken, only the
  /// name changes. Throws Error{invalid} when check() does.
  virtual Kettle put(const std::string& id, const KettleDraft& draft) = 0;

  /// Throws Error{not_found} when there is none.
  virtual Kettle find(const std::string& id) = 0;

  /// At most `count` kettles in the order of their ids, beginning after `after` (empty: at the
  /// first).
  virtual std::vector<Kettle> list(const std::string& after, std::int64_t count) = 0;
};

}  // namespace kettle
