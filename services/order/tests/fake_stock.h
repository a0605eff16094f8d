#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "chassis/id.h"
#include "faults.h"
#include "stock.h"

namespace order {

/// Shelves that keep the promise of the product service (its README.md).
class FakeStock final : public Stock {
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
    unlisted_.insert(id);
  }
  void reprice(const std::string& id, std::int64_t price) {
    const std::lock_guard lock{mutex_};
    shelves_.at(id).unit_price.amount = price;
  }
  void set_available(const std::string& id, std::int64_t available) {
    const std::lock_guard lock{mutex_};
    shelves_.at(id).available = available;
  }
  std::int64_t available(const std::string& id) {
    const std::lock_guard lock{mutex_};
    return shelves_.at(id).available;
  }
  std::int64_t sold(const std::string& id) {
    const std::lock_guard lock{mutex_};
    return sold_[id];
  }
  /// held, expired, committed, released, or empty when there never was one.
  std::string state(const std::string& order_id) {
    const std::lock_guard lock{mutex_};
    return reservations_[order_id].state;
  }
  /// The time of every reservation that is held is over.
  void expire() {
    const std::lock_guard lock{mutex_};
    for (auto& [id, reservation] : reservations_) {
      if (reservation.state != "held") continue;
      put_back(reservation);
      reservation.state = "expired";
    }
  }

  std::vector<Goods> look(const std::vector<std::string>& product_ids) override {
    faults.strike_before("look");
    const std::lock_guard lock{mutex_};
    ++looks;
    std::vector<Goods> found;
    for (const auto& id : product_ids) {
      if (!unlisted_.contains(id) && shelves_.contains(id)) found.push_back(shelves_.at(id));
    }
    return found;
  }

  Reservation reserve(const std::string& order_id, const std::vector<Line>& lines) override {
    faults.strike_before("reserve");
    auto reservation = try_reserve(order_id, lines);
    faults.strike_after("reserve");
    return reservation;
  }

  void commit(const std::string& order_id) override {
    faults.strike_before("commit");
    try_commit(order_id);
    faults.strike_after("commit");
  }

  void release(const std::string& order_id) override {
    faults.strike_before("release");
    try_release(order_id);
    faults.strike_after("release");
  }

  int looks = 0;
  Faults faults;

 private:
  using Error = chassis::Error;
  using ErrorCode = chassis::ErrorCode;

  struct Held {
    std::string state;
    Reservation reservation;
  };

  static Error conflict(const char* type) { return Error{ErrorCode::conflict, type}.type(type); }

  Reservation try_reserve(const std::string& order_id, const std::vector<Line>& lines) {
    const std::lock_guard lock{mutex_};
    auto& held = reservations_[order_id];
    if (held.state == "released") throw conflict("released");
    if (held.state.empty()) {
      Reservation reservation{.lines = lines, .total = {0, "EUR"}};
      for (auto& line : reservation.lines) {
        const auto& goods = shelves_[line.product_id];
        line.name = goods.name;
        line.unit_price = goods.unit_price;
      }
      reservation.total = total_of(reservation.lines, "EUR");
      take(reservation);
      held = {"held", reservation};
    } else if (held.state == "expired") {
      take(held.reservation);
      held.state = "held";
    }
    return held.reservation;
  }

  void try_commit(const std::string& order_id) {
    const std::lock_guard lock{mutex_};
    auto& held = reservations_[order_id];
    if (held.state.empty()) throw Error{ErrorCode::not_found, "no such reservation"};
    if (held.state == "released") throw conflict("released");
    if (held.state == "committed") return;
    if (held.state == "expired") take(held.reservation);
    for (const auto& line : held.reservation.lines) sold_[line.product_id] += line.quantity;
    held.state = "committed";
  }

  void try_release(const std::string& order_id) {
    const std::lock_guard lock{mutex_};
    auto& held = reservations_[order_id];
    if (held.state == "committed") throw conflict("committed");
    if (held.state == "held") put_back(held);
    held.state = "released";
  }

  void take(const Reservation& reservation) {
    std::string missing;
    for (const auto& line : reservation.lines) {
      const auto left =
          unlisted_.contains(line.product_id) ? 0 : shelves_[line.product_id].available;
      if (left >= line.quantity) continue;
      missing += std::string{missing.empty() ? "" : ","} + R"({"product_id":")" + line.product_id +
                 R"(","requested":)" + std::to_string(line.quantity) + R"(,"available":)" +
                 std::to_string(left) + "}";
    }
    if (!missing.empty()) throw conflict("out-of-stock").members("\"lines\":[" + missing + "]");
    for (const auto& line : reservation.lines) shelves_[line.product_id].available -= line.quantity;
  }
  void put_back(const Held& held) {
    for (const auto& line : held.reservation.lines) {
      shelves_[line.product_id].available += line.quantity;
    }
  }

  std::mutex mutex_;
  std::map<std::string, Goods> shelves_;
  std::set<std::string> unlisted_;
  std::map<std::string, std::int64_t> sold_;
  std::map<std::string, Held> reservations_;
};

}  // namespace order
