#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "chassis/id.h"
#include "stock.h"

namespace order {

/// Shelves that keep the promise of the product service.
class FakeStock : public Stock {
 public:
  /// Puts a product on the shelves and returns its id.
  std::string add(const std::string& name, std::int64_t price, std::int64_t available = 1'000) {
    const std::lock_guard lock{mutex_};
    auto id = chassis::seeded_id("test", "product", shelves_.size());
    shelves_[id] = {id, name, {price, "EUR"}, available};
    return id;
  }
  void unlist(const std::string& id) {
    const std::lock_guard lock{mutex_};
    unlisted_.push_back(id);
  }
  void reprice(const std::string& id, std::int64_t price) {
    const std::lock_guard lock{mutex_};
    shelves_.at(id).unit_price.amount = price;
  }

  std::vector<Goods> look(const std::vector<std::string>& product_ids) override {
    const std::lock_guard lock{mutex_};
    ++looks;
    std::vector<Goods> found;
    for (const auto& id : product_ids) {
      const bool sold = std::find(unlisted_.begin(), unlisted_.end(), id) == unlisted_.end();
      if (sold && shelves_.contains(id)) found.push_back(shelves_.at(id));
    }
    return found;
  }

  int looks = 0;

 protected:
  std::mutex mutex_;
  std::map<std::string, Goods> shelves_;
  std::vector<std::string> unlisted_;
};

}  // namespace order
