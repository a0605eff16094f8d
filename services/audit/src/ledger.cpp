#include "ledger.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "chassis/id.h"

namespace audit {
namespace {

constexpr auto not_a_uuid = std::numeric_limits<std::uint64_t>::max();  // the upper half

/// 16 hexadecimal digits, dashes not counted.
std::uint64_t digits(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c == '-') continue;
    value = value << 4U | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return value;
}

std::uint32_t packed(const std::string& currency) {
  std::uint32_t value = 0;
  for (const char c : currency.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::string unpacked(std::uint32_t currency) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (const auto byte = static_cast<char>(currency >> shift & 0xFFU); byte != '\0') text += byte;
  }
  return text;
}

}  // namespace

bool is_ledger_entry(std::string_view text) { return text == "capture" || text == "refund"; }

Ledger::Key Ledger::keep(const std::string& text) {
  Key key;
  if (find(text, key)) return key;
  other_numbers_.emplace(text, other_texts_.size());
  other_texts_.push_back(text);
  return {not_a_uuid, other_texts_.size() - 1};
}

bool Ledger::find(const std::string& text, Key& key) const {
  if (chassis::is_uuid(text)) {
    const std::string_view uuid{text};
    key = {digits(uuid.substr(0, 18)), digits(uuid.substr(18))};
    if (key.first != not_a_uuid) return true;
  }
  const auto found = other_numbers_.find(text);
  if (found == other_numbers_.end()) return false;
  key = {not_a_uuid, found->second};
  return true;
}

std::string Ledger::text_of(const Key& key) const {
  if (key.first == not_a_uuid) return other_texts_[key.second];
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::string text;
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const auto half = digit < 16 ? key.first : key.second;
    text += hexadecimal[half >> (60 - digit % 16 * 4) & 0xFU];
  }
  return text;
}

void Ledger::add(const Entry& entry) {
  const auto amount = entry.entry == "refund" ? -entry.amount.amount : entry.amount.amount;
  rows_.push_back(
      {keep(entry.reference), keep(entry.charge_id), amount, packed(entry.amount.currency)});
}

/// Adds the rows of a page but the first `known`, which were read before.
void Ledger::take(const Page<Entry>& page, std::size_t known) {
  if (page.rows.size() < known || (known > 0 && page.rows[known - 1].id != last_id_)) {
    throw unreadable(name_, "what stood in it before has changed");
  }
  if (page.rows.empty() && !page.next.empty()) throw unreadable(name_, "a page is empty");
  for (auto at = known; at < page.rows.size(); ++at) add(page.rows[at]);
  if (!page.rows.empty()) last_id_ = page.rows.back().id;
  last_count_ = page.rows.size();
}

void Ledger::read_on() {
  const auto middle = static_cast<std::ptrdiff_t>(rows_.size());
  auto coming = source_(last_cursor_);
  auto known = last_count_;
  while (true) {
    const auto page = coming.get();
    if (!page.next.empty()) coming = source_(page.next);  // comes while this one is taken
    take(page, known);
    if (page.next.empty()) break;
    known = 0;
    last_cursor_ = page.next;
  }
  const auto less = [](const Row& left, const Row& right) {
    return std::tie(left.reference, left.charge) < std::tie(right.reference, right.charge);
  };
  std::sort(rows_.begin() + middle, rows_.end(), less);
  std::inplace_merge(rows_.begin(), rows_.begin() + middle, rows_.end(), less);
}

std::vector<Charge> Ledger::charges(const std::string& reference) const {
  std::vector<Charge> found;
  Key key;
  if (!find(reference, key)) return found;
  auto row = std::partition_point(rows_.begin(), rows_.end(),
                                  [&](const Row& at) { return at.reference < key; });
  for (Key charge; row != rows_.end() && row->reference == key; ++row) {
    if (found.empty() || row->charge != charge) {
      charge = row->charge;
      found.push_back({text_of(charge), 0, 0, unpacked(row->currency)});
    }
    (row->amount < 0 ? found.back().refunded : found.back().captured) += std::abs(row->amount);
  }
  return found;
}

std::string Ledger::reference_after(const std::string& reference) const {
  auto row = rows_.begin();
  if (Key key; !reference.empty() && find(reference, key)) {
    row = std::partition_point(rows_.begin(), rows_.end(),
                               [&](const Row& at) { return at.reference <= key; });
  }
  return row == rows_.end() ? "" : text_of(row->reference);
}

}  // namespace audit
