#pragma once

#include <memory>

#include "bank_form.h"
#include "chassis/http.h"
#include "payment.h"
#include "settlement.h"

namespace payment {

/// Charging and taking back, for orders and bookings (README.md describes them), and, for everyone,
/// their own payments and where a card goes (openapi.yaml).
chassis::Routes payment_routes(const std::shared_ptr<Settlement>& settlement,
                               const std::shared_ptr<Payments>& payments, const CardForm& form);

}  // namespace payment
