#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontend {

/// One input of the card form, as the bank behind it wants it.
struct CardField {
  std::string name;  // what the bank calls it
  std::string label;
  std::string autocomplete;
  std::string inputmode;
  std::string pattern;
  std::string placeholder;
  std::int64_t max_length = 0;
};

/// What a page shows to take a card, and where it sends it: never to us.
struct CardForm {
  std::string tokenise_url;
  std::vector<CardField> fields;
};

/// Payments, as far as pages need them.
class Payments {
 public:
  virtual ~Payments() = default;

  /// The future throws chassis::Error: unavailable or timeout when payments cannot be reached.
  virtual std::future<CardForm> card_form() = 0;
};

/// Where a page sends a card, as a content security policy names it: empty for an address of this
/// site, "https://bank.example" for one elsewhere. Nothing when a card must not be sent there: it
/// is no address, or not encrypted on its way.
std::optional<std::string> card_origin(std::string_view tokenise_url);

}  // namespace frontend
