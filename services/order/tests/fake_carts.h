#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "cart.h"
#include "chassis/error.h"

namespace order {

/// Carts in memory that keep the written promise.
class FakeCarts final : public Carts {
 public:
  Cart find(const Owner& owner) override { return carts_[key(owner)]; }

  Cart put(const Owner& owner, const Line& line) override {
    auto& cart = carts_[key(owner)];
    set(cart, line);
    ++cart.version;
    return cart;
  }

  void remove(const Owner& owner, const std::string& product_id) override {
    auto& cart = carts_[key(owner)];
    cart.version += static_cast<std::int64_t>(
        std::erase_if(cart.lines, [&](const Line& each) { return each.product_id == product_id; }));
  }

  void clear(const Owner& owner) override {
    auto& cart = carts_[key(owner)];
    if (!cart.lines.empty()) ++cart.version;
    cart.lines.clear();
  }

  Cart merge(const std::string& guest_id, const std::string& user_id) override {
    auto& cart = carts_[key({Owner::Kind::user, user_id})];
    const auto guest = carts_.extract(key({Owner::Kind::guest, guest_id}));
    if (guest.empty() || guest.mapped().lines.empty()) return cart;
    for (const auto& line : added(cart.lines, guest.mapped().lines)) set(cart, line);
    ++cart.version;
    return cart;
  }

  std::int64_t purge(std::int64_t /*most*/) override { return 0; }
  std::int64_t open() override { return static_cast<std::int64_t>(carts_.size()); }

 private:
  static std::pair<Owner::Kind, std::string> key(const Owner& owner) {
    return {owner.kind, owner.id};
  }
  static void set(Cart& cart, const Line& line) {
    for (auto& each : cart.lines) {
      if (each.product_id == line.product_id) {
        each = line;
        return;
      }
    }
    cart.lines.push_back(line);
  }

  std::map<std::pair<Owner::Kind, std::string>, Cart> carts_;
};

}  // namespace order
