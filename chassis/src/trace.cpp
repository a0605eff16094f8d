#include "chassis/trace.h"

#include <algorithm>
#include <cstdint>
#include <random>

namespace chassis {
namespace {

constexpr char digits[] = "0123456789abcdef";

void write_hex(std::uint64_t value, char* out) {
  for (int i = 15; i >= 0; --i, value >>= 4) out[i] = digits[value & 15];
}

/// Trace ids need to be distinct, not secret: a generator for each thread, seeded by the system.
std::uint64_t random_bits() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(),
                       device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }();
  std::uint64_t bits = 0;
  while (bits == 0) bits = generator();
  return bits;
}

std::string new_span_id() {
  std::string id(16, '0');
  write_hex(random_bits(), id.data());
  return id;
}

bool hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

Trace Trace::from_header(std::string_view header) {
  // version-trace_id-parent_id-flags: 2, 32, 16 and 2 digits; a later version may append "-...".
  const bool shaped = header.size() >= 55 && header[2] == '-' && header[35] == '-' &&
                      header[52] == '-' &&
                      (header.size() == 55 || (header[55] == '-' && header.substr(0, 2) != "00"));
  if (shaped) {
    const auto version = header.substr(0, 2);
    const auto trace_id = header.substr(3, 32);
    const auto parent_id = header.substr(36, 16);
    const auto flags = header.substr(53, 2);
    if (hex(version) && version != "ff" && hex(trace_id) && !all_zero(trace_id) && hex(parent_id) &&
        !all_zero(parent_id) && hex(flags)) {
      const auto low = std::string_view{digits}.find(flags[1]);
      return {std::string{trace_id}, new_span_id(), std::string{parent_id}, (low & 1) != 0};
    }
  }
  std::string trace_id(32, '0');
  write_hex(random_bits(), trace_id.data());
  write_hex(random_bits(), trace_id.data() + 16);
  return {std::move(trace_id), new_span_id(), {}, false};
}

std::string Trace::header() const {
  return "00-" + trace_id + "-" + span_id + (sampled ? "-01" : "-00");
}

}  // namespace chassis
