#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace audit {

/// What must hold across the books of all services; docs/books.md says what each rule means and
/// what to do when it is broken.
enum class Rule {
  money_order,
  money_bank,
  money_orphan,
  money_twice,
  stock_ledger,
  stock_order,
  events_delivered,
  events_dead,
  sagas_stuck,
};

inline constexpr std::array rules{
    Rule::money_order,      Rule::money_bank,   Rule::money_orphan,
    Rule::money_twice,      Rule::stock_ledger, Rule::stock_order,
    Rule::events_delivered, Rule::events_dead,  Rule::sagas_stuck,
};

/// "money-order": its name in reports, metrics and docs/books.md.
std::string_view name(Rule rule);
/// Where to look first when it is broken.
std::string_view where(Rule rule);

/// A row that breaks a rule.
struct Violation {
  Rule rule = Rule::money_order;
  std::string id;    // of the order, the product, the event ...
  std::string text;  // a sentence with ids and figures
};

/// Nothing is under way for longer than this unless something is wrong: a checkout gives up after
/// ten minutes.
constexpr std::chrono::minutes stuck_after{15};

}  // namespace audit
