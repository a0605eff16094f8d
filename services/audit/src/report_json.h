#pragma once

#include <string>
#include <string_view>

#include "audits.h"
#include "chassis/json.h"
#include "report.h"

namespace audit {

/// The body of POST /internal/audits.
struct AuditDraft {
  std::optional<std::int64_t> settle_ms;
};

constexpr std::int64_t settle_ms_max = 600'000;

std::string_view name(AuditState state);  // "waiting"

/// {id, state, asked_at, settle_ms, rows, suspects, problem?, report?}
std::string to_json(const AuditView& view);
/// The same, read by the command. Throws Error{invalid}.
AuditView read_view(std::string_view json);

}  // namespace audit

template <>
struct chassis::Fields<audit::AuditDraft> {
  static constexpr auto list = std::make_tuple(
      field("settle_ms", &audit::AuditDraft::settle_ms, range(0, audit::settle_ms_max)));
};

template <>
struct chassis::detail::JsonForm<audit::Rule> {
  static void write(JsonWriter& json, audit::Rule rule) { json.text(name(rule)); }
  static void read(const JsonValue& json, audit::Rule& rule);
};

template <>
struct chassis::detail::JsonForm<audit::AuditState> {
  static void write(JsonWriter& json, audit::AuditState state) { json.text(name(state)); }
  static void read(const JsonValue& json, audit::AuditState& state);
};

template <>
struct chassis::Fields<audit::RuleResult> {
  using Result = audit::RuleResult;
  static constexpr auto list = std::make_tuple(
      field("rule", &Result::rule), field("rows", &Result::rows),
      field("violations", &Result::violations), field("skipped", &Result::skipped, nullable));
};

template <>
struct chassis::Fields<audit::Violation> {
  using Violation = audit::Violation;
  static constexpr auto list =
      std::make_tuple(field("rule", &Violation::rule), field("id", &Violation::id),
                      field("text", &Violation::text));
};

template <>
struct chassis::Fields<audit::InFlight> {
  using InFlight = audit::InFlight;
  static constexpr auto list = std::make_tuple(field("count", &InFlight::count),
                                               field("oldest", &InFlight::oldest, nullable));
};

template <>
struct chassis::Fields<audit::BookSize> {
  using BookSize = audit::BookSize;
  static constexpr auto list =
      std::make_tuple(field("service", &BookSize::service), field("book", &BookSize::book),
                      field("rows", &BookSize::rows));
};

template <>
struct chassis::Fields<audit::Report> {
  using Report = audit::Report;
  static constexpr auto list =
      std::make_tuple(field("started_at", &Report::started_at), field("took_ms", &Report::took_ms),
                      field("settle_ms", &Report::settle_ms), field("rules", &Report::rules),
                      field("violations", &Report::violations),
                      field("in_flight", &Report::in_flight), field("books", &Report::books));
};

template <>
struct chassis::Fields<audit::AuditView> {
  using View = audit::AuditView;
  static constexpr auto list =
      std::make_tuple(field("id", &View::id, uuid), field("state", &View::state),
                      field("asked_at", &View::asked_at), field("settle_ms", &View::settle_ms),
                      field("rows", &View::rows), field("suspects", &View::suspects),
                      field("problem", &View::problem), field("report", &View::report));
};
