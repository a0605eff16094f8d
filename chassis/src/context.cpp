#include "chassis/context.h"

#include <algorithm>

namespace chassis {
namespace {

thread_local const Context* current_context = nullptr;

}  // namespace

bool Caller::has_role(std::string_view role) const {
  std::string_view left{roles};
  while (!left.empty()) {
    const auto end = left.find(' ');
    if (left.substr(0, end) == role) return true;
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  return false;
}

const Context& Context::current() {
  static const Context nobody;
  return current_context == nullptr ? nobody : *current_context;
}

std::chrono::milliseconds Context::left(std::chrono::milliseconds most) const {
  if (deadline == Deadline::max()) return most;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return std::clamp(left, std::chrono::milliseconds{0}, most);
}

ContextScope::ContextScope(const Context& context) : before_{current_context} {
  current_context = &context;
}

ContextScope::~ContextScope() { current_context = before_; }

}  // namespace chassis
