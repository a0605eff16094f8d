#include "form_routes.h"

#include <utility>

namespace frontend {

chassis::Query sent_form(const Visit& visit) { return chassis::form_fields(visit.request()); }

std::string field(const chassis::Query& form, std::string_view name) {
  return form.text(name, field_length_max).value_or("");
}

std::string with_next(const std::string& path, const std::string& next) {
  return next.empty() ? path : path + "?next=" + chassis::percent_encoded(next);
}

chassis::Response ask_to_sign_in(const std::string& next) {
  return chassis::see_other(with_next("/signin", next));
}

chassis::Route person_route(chassis::Method method, const std::string& path, const Site& site,
                            const std::string& start, PageHandler handler) {
  return page_route(
      method, path, site, [method, start, handler = std::move(handler)](Visit& visit) {
        if (visit.in_doubt()) {
          throw chassis::Error{chassis::ErrorCode::unavailable, "no accounts"};
        }
        if (!visit.caller()) {
          return ask_to_sign_in(method == chassis::Method::get ? visit.request().path : start);
        }
        return handler(visit);
      });
}

std::string field_sentence(const std::string& what, const std::string& detail) {
  const bool follows_name = detail.rfind("must", 0) == 0 || detail.rfind("is ", 0) == 0;
  auto sentence = follows_name ? "The " + what + " " + detail : detail;
  if (!sentence.empty() && sentence.back() != '.') {
    sentence += '.';
  }
  return sentence;
}

std::string waiting_text(const chassis::Error& error) {
  const int seconds = error.retry_after().value_or(60);
  const auto wait = seconds < 90 ? std::to_string(seconds) + " seconds"
                                 : std::to_string((seconds + 59) / 60) + " minutes";
  return "That was one try too many for now. Please try again in " + wait + ".";
}

}  // namespace frontend
