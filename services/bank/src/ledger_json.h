#pragma once

#include "chassis/json.h"
#include "ledger.h"

template <>
struct chassis::Fields<bank::Entry> {
  using Entry = bank::Entry;
  static constexpr auto list =
      std::make_tuple(field("id", &Entry::id), field("entry", &Entry::entry),
                      field("charge_id", &Entry::charge_id), field("reference", &Entry::reference),
                      field("amount", &Entry::amount), field("created_at", &Entry::created_at));
};
