#include "chassis/events.h"

namespace chassis {

std::string publish(Transaction& /*transaction*/, std::string_view /*type*/,
                    std::string_view /*subject*/, std::string_view /*data*/,
                    std::string_view /*person*/) {
  return {};
}
void forget_person(Transaction& /*transaction*/, std::string_view /*user_id*/) {}

struct Events::State {};
Events::Events(std::string /*service*/, Config& /*config*/, Database& /*database*/,
               Listener& /*listener*/) {}
Events::~Events() = default;
void Events::on(const std::string& /*type*/, Handler /*handler*/) {}
Routes Events::routes() { return {}; }
void Events::start() {}
void Events::stop() {}

}  // namespace chassis
