#pragma once

#include <string>
#include <vector>

namespace payment {

/// One field of the form in which a card is typed, with the words HTML has for it.
struct CardField {
  std::string name;
  std::string label;
  std::string autocomplete;
  std::string inputmode;
  std::string pattern;
  std::string placeholder;
  int max_length = 0;
};

/// Where a page sends the card, and what the bank wants to know of it: the page never sends it to
/// us.
struct CardForm {
  std::string tokenise_url;
  std::vector<CardField> fields;
};

/// The form of our bank. `tokenise_url` as a browser reaches it.
CardForm bank_card_form(const std::string& tokenise_url);

}  // namespace payment
