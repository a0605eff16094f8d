#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "chassis/context.h"
#include "saga_kind.h"
#include "saga_signals.h"
#include "saga_store.h"

namespace chassis {

struct SagaSettings {
  std::chrono::milliseconds lease;
  std::chrono::milliseconds step;
  std::chrono::milliseconds retry_max;
};

/// Takes sagas from step to step.
class SagaWorker {
 public:
  /// For less than this no step is begun.
  static constexpr std::chrono::milliseconds step_least{100};

  SagaWorker(SagaStore& store, const KnownSagas& kinds, SagaSettings settings,
             SagaSignals& signals);

  /// Works until the saga has ended, has to wait, is lost to somebody else, or `until`; what is
  /// left then is for the background, at once. Returns the state it ended in. Never throws.
  std::optional<SagaState> work(HeldSaga held, Deadline until) noexcept;

 private:
  struct Failure;
  bool step(const KnownSaga& known, HeldSaga& held, Deadline until);
  void forward(const KnownSaga& known, HeldSaga& held, Deadline until);
  void back(const KnownSaga& known, HeldSaga& held, Deadline until);
  void turn_around(HeldSaga& held, const Error& why);
  void ended(const KnownSaga& known, HeldSaga& held, SagaState state);
  bool cope(const KnownSaga& known, HeldSaga& held, const Failure& failure, Deadline until);
  std::chrono::milliseconds pause_after(const HeldSaga& held, const Error& error) const;
  SagaEffect call(const std::function<SagaEffect(const Saga&)>& part, const HeldSaga& held,
                  Deadline until) const;
  void give_back(const HeldSaga& held, int failures, std::chrono::milliseconds pause);
  std::chrono::milliseconds record(
      const std::function<std::chrono::milliseconds(Transaction&)>& work);

  SagaStore& store_;
  const KnownSagas& kinds_;
  const SagaSettings settings_;
  SagaSignals& signals_;
};

}  // namespace chassis
