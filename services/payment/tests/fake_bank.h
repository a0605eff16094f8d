#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bank.h"

namespace payment {

/// A bank in memory that keeps the promise written on Bank: a key works once, a reference finds all
/// its charges. It can be told to lose answers and to make mistakes that banks make.
class FakeBank final : public Bank {
 public:
  enum class Fault {
    none,
    unreachable,   // nothing is done, nothing is answered
    answer_lost,   // it is done, and nobody hears of it
    booked_twice,  // the charge is made twice and answered once
    other_amount,  // one cent more is taken
  };

  std::optional<Charge> charge(const ChargeOrder& order) override {
    std::unique_lock lock{mutex_};
    ++charge_calls_;
    const auto fault = take(next_charge);
    if (fault == Fault::unreachable) return std::nullopt;
    if (held_) {
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return !held_; });
    }
    const auto known = by_key_.find(order.key);
    if (known == by_key_.end()) {
      if (order.token == "tok-unknown") {
        return Charge{.captured = false, .decline_reason = "declined"};
      }
      by_key_[order.key] = charges_[order.reference].size();
      make(order, fault == Fault::other_amount ? 1 : 0);
      if (fault == Fault::booked_twice) make(order, 0);
    }
    if (fault == Fault::answer_lost || fault == Fault::other_amount) return std::nullopt;
    return charges_[order.reference].at(by_key_.at(order.key));
  }

  std::optional<std::vector<Charge>> find(const std::string& reference,
                                          const std::string& /*currency*/) override {
    const std::lock_guard lock{mutex_};
    ++find_calls_;
    if (take(next_find) != Fault::none) return std::nullopt;
    return charges_[reference];
  }

  RefundAnswer refund(const RefundOrder& order) override {
    const std::lock_guard lock{mutex_};
    ++refund_calls_;
    const auto fault = take(next_refund);
    if (fault == Fault::unreachable) return RefundAnswer::unknown;
    if (!refund_keys_.contains(order.key)) {
      auto* charge = find_charge(order.charge_id);
      if (charge == nullptr) return RefundAnswer::unknown;
      if (charge->refunded.amount + order.amount.amount > charge->amount.amount) {
        return RefundAnswer::refused;
      }
      charge->refunded.amount += order.amount.amount;
      refund_keys_.insert(order.key);
    }
    return fault == Fault::answer_lost ? RefundAnswer::unknown : RefundAnswer::done;
  }

  /// What the bank holds of the customer's money for this reference.
  std::int64_t balance(const std::string& reference) {
    const std::lock_guard lock{mutex_};
    std::int64_t sum = 0;
    for (const auto& charge : charges_[reference]) {
      if (charge.captured) sum += charge.amount.amount - charge.refunded.amount;
    }
    return sum;
  }
  std::size_t captures(const std::string& reference) {
    const std::lock_guard lock{mutex_};
    std::size_t count = 0;
    for (const auto& charge : charges_[reference]) count += charge.captured ? 1 : 0;
    return count;
  }
  int charge_calls() { return locked(charge_calls_); }
  int find_calls() { return locked(find_calls_); }
  int refund_calls() { return locked(refund_calls_); }

  /// Charges wait until release(), before they are made.
  void hold() {
    const std::lock_guard lock{mutex_};
    held_ = true;
  }
  void await_held(int count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void release() {
    {
      const std::lock_guard lock{mutex_};
      held_ = false;
    }
    changed_.notify_all();
  }

  /// Somebody at the bank gives money back by hand.
  void give_back_by_hand(const std::string& reference, std::int64_t amount) {
    const std::lock_guard lock{mutex_};
    charges_[reference].at(0).refunded.amount += amount;
  }
  /// The bank forgets its keys, as it does after a day.
  void forget_keys() {
    const std::lock_guard lock{mutex_};
    by_key_.clear();
    refund_keys_.clear();
  }

  // The faults of the next calls; no fault once they are used up. Set them while no call is made.
  std::vector<Fault> next_charge;
  std::vector<Fault> next_find;
  std::vector<Fault> next_refund;

 private:
  static Fault take(std::vector<Fault>& next) {
    if (next.empty()) return Fault::none;
    const auto fault = next.front();
    next.erase(next.begin());
    return fault;
  }
  int locked(int& number) {
    const std::lock_guard lock{mutex_};
    return number;
  }
  void make(const ChargeOrder& order, std::int64_t more) {
    const auto declines = order.token == "tok-declined"   ? "declined"
                          : order.token == "tok-no-funds" ? "no-funds"
                                                          : "";
    auto amount = order.amount;
    amount.amount += more;
    charges_[order.reference].push_back({.id = "ch-" + std::to_string(++made_),
                                         .captured = *declines == '\0',
                                         .decline_reason = declines,
                                         .amount = amount,
                                         .refunded = {0, order.amount.currency},
                                         .brand = "visa",
                                         .last4 = "4242"});
  }
  Charge* find_charge(const std::string& id) {
    for (auto& [reference, charges] : charges_) {
      for (auto& charge : charges) {
        if (charge.id == id && charge.captured) return &charge;
      }
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int waiting_ = 0;
  int made_ = 0;
  int charge_calls_ = 0;
  int find_calls_ = 0;
  int refund_calls_ = 0;
  std::map<std::string, std::vector<Charge>> charges_;
  std::map<std::string, std::size_t> by_key_;
  std::set<std::string> refund_keys_;
};

}  // namespace payment
