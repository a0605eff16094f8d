#pragma once

#include "chassis/http.h"
#include "saga_store.h"

namespace chassis {

/// GET /internal/sagas.
Routes saga_routes(SagaStore& store);

}  // namespace chassis
