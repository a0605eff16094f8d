#pragma once

#include "chassis/json.h"
#include "kettle.h"

template <>
struct chassis::Fields<kettle::Kettle> {
  static constexpr auto list =
      std::make_tuple(field("id", &kettle::Kettle::id, uuid), field("name", &kettle::Kettle::name),
                      field("created_at", &kettle::Kettle::created_at));
};

template <>
struct chassis::Fields<kettle::KettleDraft> {
  static constexpr auto list =
      std::make_tuple(field("name", &kettle::KettleDraft::name, length(1, 100)));
};
