#pragma once

#include <memory>

#include "chassis/clock.h"
#include "chassis/http.h"
#include "token.h"

namespace bank {

/// Where anyone's browser brings a card; openapi.yaml describes it.
chassis::Routes token_routes(const std::shared_ptr<Tokens>& tokens,
                             const chassis::Clock& clock = chassis::system_clock());

}  // namespace bank
