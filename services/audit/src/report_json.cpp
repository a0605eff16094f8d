#include "report_json.h"

#include <array>

namespace audit {

std::string_view name(AuditState state) {
  switch (state) {
    case AuditState::waiting: return "waiting";
    case AuditState::running: return "running";
    case AuditState::done: return "done";
    case AuditState::failed: return "failed";
  }
  return "";
}

std::string to_json(const AuditView& view) { return chassis::to_json(view); }

AuditView read_view(std::string_view json) {
  return chassis::from_json<AuditView>(json, chassis::Unknown::ignore);
}

}  // namespace audit

namespace chassis::detail {
namespace {

template <typename Word, typename Words>
void read_word(const JsonValue& json, Word& word, const Words& words) {
  const auto text = json.text();
  for (const auto known : words) {
    if (name(known) != text) continue;
    word = known;
    return;
  }
  json.reject("is no word known here");
}

}  // namespace

void JsonForm<audit::Rule>::read(const JsonValue& json, audit::Rule& rule) {
  read_word(json, rule, audit::rules);
}

void JsonForm<audit::AuditState>::read(const JsonValue& json, audit::AuditState& state) {
  using audit::AuditState;
  read_word(
      json, state,
      std::array{AuditState::waiting, AuditState::running, AuditState::done, AuditState::failed});
}

}  // namespace chassis::detail
