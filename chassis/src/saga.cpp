#include "chassis/saga.h"

namespace chassis {

struct Sagas::State {};
Sagas::Sagas(Config& /*config*/, Database& /*database*/, Listener& /*listener*/) {}
Sagas::~Sagas() = default;
void Sagas::add(SagaKind /*kind*/) {}
void Sagas::start(Transaction& /*transaction*/, const std::string& /*kind*/,
                  const std::string& /*id*/, const std::string& /*data*/) {}
SagaState Sagas::run(const std::string& /*kind*/, const std::string& /*id*/,
                     std::chrono::milliseconds /*patience*/) {
  return SagaState::running;
}
Routes Sagas::routes() { return {}; }
void Sagas::begin() {}
void Sagas::stop() {}

}  // namespace chassis
