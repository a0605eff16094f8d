#include "build_info.h"

namespace chassis {

const char* build_version() { return SERAI_VERSION; }

}  // namespace chassis
