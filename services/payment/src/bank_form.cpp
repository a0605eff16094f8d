#include "bank_form.h"

namespace payment {

CardForm bank_card_form(const std::string& tokenise_url) {
  return {tokenise_url,
          {{.name = "card_number",
            .label = "Card number",
            .autocomplete = "cc-number",
            .inputmode = "numeric",
            .pattern = "[0-9 ]{12,23}",
            .placeholder = "4242 4242 4242 4242",
            .max_length = 23},
           {.name = "expiry",
            .label = "Expiry date (MM/YY)",
            .autocomplete = "cc-exp",
            .inputmode = "numeric",
            .pattern = "(0[1-9]|1[0-2])/[0-9]{2}",
            .placeholder = "MM/YY",
            .max_length = 5},
           {.name = "cvc",
            .label = "Security code",
            .autocomplete = "cc-csc",
            .inputmode = "numeric",
            .pattern = "[0-9]{3,4}",
            .placeholder = "CVC",
            .max_length = 4}}};
}

}  // namespace payment
