#pragma once

#include "chassis/json.h"
#include "record.h"

template <>
struct chassis::Fields<payment::Record> {
  using Record = payment::Record;
  static constexpr auto list = std::make_tuple(
      field("number", &Record::number), field("kind", &Record::kind),
      field("owner_id", &Record::owner_id), field("owner_type", &Record::owner_type),
      field("user_id", &Record::user_id), field("amount", &Record::amount, nullable),
      field("refund_id", &Record::refund_id, nullable), field("brand", &Record::brand, nullable),
      field("last4", &Record::last4, nullable),
      field("bank_reference", &Record::bank_reference, nullable), field("actor", &Record::actor),
      field("at", &Record::at), field("digest", &Record::digest), field("intact", &Record::intact));
};
