#include "settlement.h"

#include <atomic>
#include <barrier>
#include <future>
#include <thread>

#include "payment_fixture.h"

namespace payment {
namespace {

using chassis::Money;
using Fault = FakeBank::Fault;

class SettlementTest : public PaymentFixture {
 protected:
  void reconcile() {
    // What is due at once would be so for ever: a bounded number of rounds.
    for (int round = 0; round < 3; ++round) {
      for (int each = 0; each < 20; ++each) {
        chassis::Context context;
        context.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{1100};
        const chassis::ContextScope scope{context};
        settlement_->reconcile();
        break;
      }
    }
  }
};

TEST_F(SettlementTest, a_charge_is_recorded_before_and_after_the_bank_is_asked) {
  const auto payment = settlement_->charge(owner(1), draft());
  EXPECT_EQ(payment.status, "captured");
  EXPECT_EQ(payment.captured, (Money{1999, "EUR"}));
  EXPECT_EQ(payment.last4, "4242");
  EXPECT_EQ(bank_->balance(owner(1)), 1999);
  EXPECT_EQ(bank_->find_calls(), 0) << "nobody was asked about a payment that is new";
  EXPECT_EQ(recorded(owner(1)), "requested captured");
  EXPECT_EQ(events("payment.captured"), 1);
}

}  // namespace
}  // namespace payment
