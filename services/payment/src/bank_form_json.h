#pragma once

#include "bank_form.h"
#include "chassis/json.h"

template <>
struct chassis::Fields<payment::CardField> {
  using Card = payment::CardField;
  static constexpr auto list = std::make_tuple(
      field("name", &Card::name), field("label", &Card::label),
      field("autocomplete", &Card::autocomplete), field("inputmode", &Card::inputmode),
      field("pattern", &Card::pattern), field("placeholder", &Card::placeholder),
      field("max_length", &Card::max_length));
};

template <>
struct chassis::Fields<payment::CardForm> {
  using Form = payment::CardForm;
  static constexpr auto list =
      std::make_tuple(field("tokenise_url", &Form::tokenise_url), field("fields", &Form::fields));
};
