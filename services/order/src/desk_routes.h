#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "chassis/db.h"
#include "chassis/http.h"
#include "chassis/saga.h"

namespace order {

/// Where requests that begin sagas are served. All of it outlives the routes.
struct Desk {
  chassis::Database& database;
  chassis::Sagas& sagas;
  std::chrono::milliseconds wait;  // for the end of a saga, before it is answered 202
};

/// What `effect` answers, once for the request's Idempotency-Key: as long as that is 202, the saga
/// with `id`, which the effect sets, is worked on for as long as the desk waits and the request has
/// time, and then asked about once more.
chassis::Response once_it_ends(
    const Desk& desk, const chassis::Request& request, std::string_view route,
    const std::string& saga, const std::string& id,
    const std::function<chassis::Response(chassis::Transaction& transaction)>& effect);

}  // namespace order
