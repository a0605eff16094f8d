#pragma once

#include "card.h"
#include "chassis/json.h"
#include "token.h"

template <>
struct chassis::Fields<bank::CardDraft> {
  using Draft = bank::CardDraft;
  static constexpr auto list = std::make_tuple(
      field("card_number", &Draft::card_number, length(1, 40)),
      field("expiry", &Draft::expiry, length(1, 10)), field("cvc", &Draft::cvc, length(1, 10)));
};

template <>
struct chassis::Fields<bank::Token> {
  using Token = bank::Token;
  static constexpr auto list = std::make_tuple(
      field("token", &Token::token), field("brand", &Token::brand), field("last4", &Token::last4));
};
