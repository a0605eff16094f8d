#pragma once

#include <memory>

#include "bank_form.h"
#include "chassis/http.h"
#include "payment_store.h"
#include "record_store.h"
#include "settlement.h"

namespace payment {

/// For orders and bookings, which carry the token of the installation; README.md describes them.
chassis::Routes peer_routes(const std::shared_ptr<Settlement>& settlement,
                            const std::shared_ptr<Payments>& payments);

/// For everyone; openapi.yaml describes the same routes.
chassis::Routes public_routes(const std::shared_ptr<Payments>& payments,
                              const std::shared_ptr<Records>& records, const CardForm& form);

}  // namespace payment
