#include "desk_routes.h"

#include <algorithm>

#include "chassis/idempotency.h"

namespace order {

using chassis::SagaState;
using namespace std::chrono_literals;

chassis::Response once_it_ends(
    const Desk& desk, const chassis::Request& request, std::string_view route,
    const std::string& saga, const std::string& id,
    const std::function<chassis::Response(chassis::Transaction& transaction)>& effect) {
  constexpr int accepted_status = 202;
  constexpr auto time_to_answer = 300ms;  // is kept back for storing the answer
  auto answer = chassis::once(desk.database, request, route, effect);
  if (answer.status != accepted_status) return answer;
  const auto left = request.context.left(desk.wait + time_to_answer) - time_to_answer;
  if (left <= 0ms) return answer;
  const auto state = desk.sagas.run(saga, id, left);
  if (state == SagaState::running || state == SagaState::undoing) return answer;
  return chassis::once(desk.database, request, route, effect);
}

}  // namespace order
