#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "bank.h"
#include "chassis/client.h"

namespace payment {

/// The bank's web service: it knows our charges by the Idempotency-Key and by our reference.
class BankRoutes final : public Bank {
 public:
  /// `key` is what the bank knows us by.
  BankRoutes(chassis::Client& client, std::string key, std::chrono::milliseconds patience)
      : client_{client}, key_{std::move(key)}, patience_{patience} {}

  std::optional<Charge> charge(const ChargeOrder& order) override;
  std::optional<std::vector<Charge>> find(const std::string& reference,
                                          const std::string& currency) override;
  RefundAnswer refund(const RefundOrder& order) override;

 private:
  /// Makes the call and reads its answer. Nothing, and a warning in the log, when there is none, or
  /// `read` throws.
  template <typename Answer>
  std::optional<Answer> ask(const char* what, chassis::Call call,
                            const std::function<Answer(const chassis::Reply&)>& read);

  chassis::Client& client_;
  const std::string key_;
  const std::chrono::milliseconds patience_;
};

}  // namespace payment
