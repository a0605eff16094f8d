#pragma once

#include <memory>

#include "buyer.h"
#include "chassis/clock.h"
#include "chassis/saga.h"
#include "checkout.h"
#include "payments.h"
#include "stock.h"

namespace order {

/// Whom the checkout needs. All of them outlive the saga's kind.
struct CheckoutParts {
  std::shared_ptr<Checkouts> checkouts;
  std::shared_ptr<Stock> stock;
  std::shared_ptr<Payments> payments;
  std::shared_ptr<Buyers> buyers;
  const chassis::Clock* clock;
};

/// reserve, undone by releasing; charge, undone by giving back; commit, which confirms the order.
/// An order is confirmed only once its pieces are sold, so it never has to be taken back. Until it
/// is charged it is given up after give_up_after; after that it is not, since the pieces may have
/// been sold when the answer to commit was lost.
chassis::SagaKind checkout_kind(const CheckoutParts& parts);

}  // namespace order
