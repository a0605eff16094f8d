#pragma once

#include <string_view>

#include "payment.h"

namespace frontend {

/// Reads what the payment service answers. Members added later are ignored; throws
/// chassis::Error{unavailable} when the answer is not of the agreed form.
CardForm read_card_form(std::string_view json);

}  // namespace frontend
