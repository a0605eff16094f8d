#pragma once

#include <string>
#include <string_view>

#include "site_routes.h"

namespace frontend {

constexpr std::size_t field_length_max = 2000;  // what fits is for the peers to say

/// What a form that is not ours, or too old, is answered.
constexpr auto stale_form =
    "This page had been open for too long to be safe. Nothing was changed; please send it again.";

/// The form as it was sent, to show what was typed even when it is not one of ours.
chassis::Query sent_form(const Visit& visit);

/// One field of a form; empty when it was not sent.
std::string field(const chassis::Query& form, std::string_view name);

/// `path` with the address to go to afterwards; without one when it is empty.
std::string with_next(const std::string& path, const std::string& next);

/// To the page of signing in, and then to `next`.
chassis::Response ask_to_sign_in(const std::string& next);

/// A page for somebody who is signed in. Others are asked to, and come back to the page they
/// wanted, or to `start` from a form; with the accounts away, a session that cannot be renewed is
/// told so.
chassis::Route person_route(chassis::Method method, const std::string& path, const Site& site,
                            const std::string& start, PageHandler handler);

/// A sentence for a bad field: "The password must be at least 12 characters."
std::string field_sentence(const std::string& what, const std::string& detail);

/// "That was one try too many for now. Please try again in 40 seconds."
std::string waiting_text(const chassis::Error& error);

}  // namespace frontend
