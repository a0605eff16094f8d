#include "circuit.h"

namespace chassis {

bool Circuit::allow(Clock::time_point now) {
  if (state_ == State::closed) return true;
  if (state_ == State::open && now - opened_at_ >= open_for) {
    state_ = State::half_open;
    trying_ = false;
  }
  if (state_ == State::open || trying_) return false;
  trying_ = true;
  return true;
}

void Circuit::succeeded() {
  state_ = State::closed;
  failures_ = 0;
  trying_ = false;
}

void Circuit::failed(Clock::time_point now) {
  trying_ = false;
  if (state_ == State::closed && ++failures_ < failures_max) return;
  state_ = State::open;
  opened_at_ = now;
}

void Circuit::abandoned() { trying_ = false; }

bool RetryAllowance::take() {
  if (saved_ < 1) return false;
  saved_ -= 1;
  return true;
}

}  // namespace chassis
