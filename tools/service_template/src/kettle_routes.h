#pragma once

#include <memory>

#include "chassis/http.h"
#include "kettle.h"

namespace kettle {

/// The HTTP face of this service; openapi.yaml describes the same routes.
chassis::Routes routes(std::shared_ptr<Kettles> kettles);

}  // namespace kettle
