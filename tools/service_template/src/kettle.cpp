#include "kettle.h"

#include "chassis/error.h"

namespace kettle {

void check(const KettleDraft& draft) {
  if (draft.name.find_first_not_of(" \t\n") == std::string::npos) {
    throw chassis::Error{std::vector<chassis::FieldError>{{"/name", "must not be blank"}}};
  }
}

}  // namespace kettle
