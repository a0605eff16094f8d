#pragma once

#include <map>
#include <mutex>
#include <string>

#include "chassis/error.h"
#include "faults.h"
#include "payments.h"

namespace order {

/// A payment service, and the bank behind it, that keep the written promise. The card token
/// "declined" or "no-funds" is refused so; any other pays.
class FakePayments final : public Payments {
 public:
  Payment charge(const Charge& charge) override {
    faults.strike_before("charge");
    auto payment = try_charge(charge);
    faults.strike_after("charge");
    return payment;
  }

  void give_back(const std::string& order_id) override {
    faults.strike_before("give_back");
    {
      const std::lock_guard lock{mutex_};
      auto& account = accounts_[order_id];
      if (account.status == "captured") give(account, account.amount);
      if (account.status != "declined") account.status = "voided";
    }
    faults.strike_after("give_back");
  }

  void refund(const std::string& order_id, const chassis::Money& amount) override {
    faults.strike_before("refund");
    {
      const std::lock_guard lock{mutex_};
      auto& account = accounts_[order_id];
      if (account.status != "captured" && account.status != "refunded") {
        throw chassis::Error{chassis::ErrorCode::conflict, "nothing to refund"}.type(
            "refund-exceeds");
      }
      if (account.status == "captured") give(account, amount.amount);
      account.status = "refunded";
    }
    faults.strike_after("refund");
  }

  /// What the bank holds for the order: captured and not given back.
  std::int64_t held(const std::string& order_id) {
    const std::lock_guard lock{mutex_};
    return accounts_[order_id].held;
  }
  /// What the bank holds altogether, and how often it captured and gave back.
  std::int64_t held() {
    const std::lock_guard lock{mutex_};
    std::int64_t sum = 0;
    for (const auto& [id, account] : accounts_) sum += account.held;
    return sum;
  }
  int captures() {
    const std::lock_guard lock{mutex_};
    return captures_;
  }
  int refunds() {
    const std::lock_guard lock{mutex_};
    return refunds_;
  }
  std::string status(const std::string& order_id) {
    const std::lock_guard lock{mutex_};
    return accounts_[order_id].status;
  }

  Faults faults;

 private:
  struct Account {
    std::string status;
    std::int64_t amount = 0;
    std::int64_t held = 0;
  };

  Payment try_charge(const Charge& charge) {
    const std::lock_guard lock{mutex_};
    auto& account = accounts_[charge.order_id];
    if (account.status == "voided") {
      throw chassis::Error{chassis::ErrorCode::conflict, "voided"}.type("voided");
    }
    const bool refused = charge.card_token == "declined" || charge.card_token == "no-funds";
    if (account.status.empty() && !refused) {
      account = {"captured", charge.amount.amount, charge.amount.amount};
      ++captures_;
    }
    if (refused) {
      account.status = "declined";
      throw chassis::Error{chassis::ErrorCode::payment_required, "the bank says no"}.type(
          charge.card_token);
    }
    return {"captured", "visa", "4242", "bank-" + charge.order_id};
  }
  void give(Account& account, std::int64_t amount) {
    account.held -= amount;
    ++refunds_;
  }

  std::mutex mutex_;
  std::map<std::string, Account> accounts_;
  int captures_ = 0;
  int refunds_ = 0;
};

}  // namespace order
