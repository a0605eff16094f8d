#include "account_routes.h"

#include <utility>

#include "cart_routes.h"
#include "form_routes.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Response;

constexpr auto accounts_away =
    "Accounts are out of reach just now. Nothing was changed; please try again in a moment.";

std::string next_of(const Visit& visit) {
  return local_path(visit.request().query.text("next", field_length_max).value_or(""), "");
}

/// Puts the complaints about fields beside them; true when there were any.
bool show_field_errors(View& view, const Error& error) {
  bool any = false;
  for (const auto& [pointer, detail] : error.fields()) {
    for (const auto* const name : {"name", "email", "password"}) {
      if (pointer == "/" + std::string{name}) {
        const std::string what = name == std::string_view{"email"} ? "e-mail" : name;
        view.text(std::string{name} + "_error", field_sentence(what, detail));
        any = true;
      }
    }
  }
  return any;
}

/// What went wrong with a form as a whole.
std::string alert_for(const Error& error) {
  switch (error.code()) {
    case ErrorCode::unauthenticated:
      return "That e-mail and password do not belong together. Please try once more.";
    case ErrorCode::too_many_requests: return waiting_text(error);
    case ErrorCode::forbidden: return stale_form;
    case ErrorCode::unavailable:
    case ErrorCode::timeout: return accounts_away;
    default: return "That did not work. Nothing was changed; please try again.";
  }
}

/// A form's page again, with what was typed (`view`; never a password) and what is wrong with it.
Response form_again(Visit& visit, std::string_view page, View view, const Error& error) {
  if (!show_field_errors(view, error)) {
    view.text("alert", alert_for(error));
  }
  view.text("csrf", visit.form_token());
  auto response = visit.page(page, std::move(view), chassis::http_status(error.code()));
  if (const auto seconds = error.retry_after()) {
    response.headers.add("Retry-After", std::to_string(*seconds));
  }
  return response;
}

/// What was typed, and where it came from.
Credentials sent_credentials(const Visit& visit, const chassis::Query& sent) {
  const auto& request = visit.request();
  return {field(sent, "email"), field(sent, "password"),
          request.internal ? std::string{request.headers.get("X-Forwarded-For")} : ""};
}

// --- signing in

View signin_view(const std::string& next, const std::string& email) {
  View view;
  view.text("title", "Sign in · Serai").flag("at_signin", true).flag("hidden", true);
  view.text("next", next).text("email", email);
  return view.text("signup_link", with_next("/signup", next));
}

std::string done_text(const Visit& visit) {
  const auto done = visit.request().query.text("done").value_or("");
  if (done == "signed-out") {
    return "You are signed out. Come again.";
  }
  if (done == "signed-out-everywhere") {
    return "You are signed out on every device.";
  }
  if (done == "signed-up") {
    return "Your account is made. Sign in with it to go on.";
  }
  return done == "name" ? "Your name was changed." : "";
}

Response show_signin(Visit& visit) {
  const auto next = next_of(visit);
  if (visit.caller()) {
    return chassis::see_other(next.empty() ? "/account" : next);
  }
  auto view = signin_view(next, "");
  view.text("done", done_text(visit)).text("csrf", visit.form_token());
  return visit.page("signin", std::move(view));
}

Response sign_in(Visit& visit, Carts& carts) {
  const auto sent = sent_form(visit);
  const auto next = local_path(field(sent, "next"), "");
  const auto credentials = sent_credentials(visit, sent);
  auto view = signin_view(next, credentials.email);
  try {
    visit.form();
    if (credentials.email.empty() || credentials.password.empty()) {
      view.text("email_error", credentials.email.empty() ? "Please fill in your e-mail." : "");
      view.text("password_error",
                credentials.password.empty() ? "Please fill in your password." : "");
      view.text("csrf", visit.form_token());
      return visit.page("signin", std::move(view), 400);
    }
    visit.keep(visit.site().accounts.sign_in(credentials));
  } catch (const Error& error) {
    return form_again(visit, "signin", std::move(view), error);
  }
  bring_cart(visit, carts);
  return chassis::see_other(next.empty() ? "/" : next);
}

// --- signing up

View signup_view(const std::string& next, const std::string& name, const std::string& email) {
  View view;
  view.text("title", "Create an account · Serai").flag("hidden", true);
  view.text("next", next).text("name", name).text("email", email);
  return view.text("signin_here", with_next("/signin", next));
}

Response show_signup(Visit& visit) {
  const auto next = next_of(visit);
  if (visit.caller()) {
    return chassis::see_other(next.empty() ? "/account" : next);
  }
  auto view = signup_view(next, "", "");
  view.text("csrf", visit.form_token());
  return visit.page("signup", std::move(view));
}

Response sign_up(Visit& visit, Carts& carts) {
  const auto sent = sent_form(visit);
  const auto next = local_path(field(sent, "next"), "");
  const auto name = field(sent, "name");
  const auto credentials = sent_credentials(visit, sent);
  auto view = signup_view(next, name, credentials.email);
  try {
    visit.form();
    visit.site().accounts.sign_up(name, credentials);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::conflict) {
      view.text("email_error", "There is an account with this e-mail already. Sign in instead?");
      view.text("csrf", visit.form_token());
      return visit.page("signup", std::move(view), chassis::http_status(error.code()));
    }
    return form_again(visit, "signup", std::move(view), error);
  }
  try {
    visit.keep(visit.site().accounts.sign_in(credentials));
  } catch (const Error&) {  // the account stands; only this step is left to do again
    return chassis::see_other("/signin?done=signed-up" +
                              (next.empty() ? "" : "&next=" + chassis::percent_encoded(next)));
  }
  bring_cart(visit, carts);
  return chassis::see_other(next.empty() ? "/account" : next);
}

// --- signing out

Response sign_out(Visit& visit) {
  visit.form();
  const auto token = visit.refresh_token();
  visit.forget();
  if (!token.empty()) {
    visit.site().accounts.sign_out(token);
  }
  return chassis::see_other("/signin?done=signed-out");
}

Response sign_out_everywhere(Visit& visit) {
  visit.form();
  if (!visit.caller()) {
    return ask_to_sign_in("/account");
  }
  visit.site().accounts.sign_out_everywhere();
  visit.forget();
  return chassis::see_other("/signin?done=signed-out-everywhere");
}

// --- the account

View account_view(Visit& visit) {
  View view;
  view.text("title", "Your account · Serai").flag("at_account", true).flag("hidden", true);
  view.flag("administrator", visit.caller() && visit.caller()->has_role("admin"));
  return view;
}

void fill_account(View& view, const Account& account, const std::string& name) {
  view.flag("has_account", true).text("greeting", account.name).text("name", name);
  view.text("email", account.email).text("since", day_text(account.created_at));
}

Response show_account(Visit& visit) {
  if (visit.in_doubt()) {
    throw Error{ErrorCode::unavailable, accounts_away};
  }
  if (!visit.caller()) {
    return ask_to_sign_in("/account");
  }
  auto view = account_view(visit);
  const auto mine = part_of(visit.site().accounts.mine(), "Your account is out of reach.");
  if (mine.value) {
    fill_account(view, *mine.value, mine.value->name);
  }
  view.list("account_away", mine.away).text("done", done_text(visit));
  view.text("csrf", visit.form_token());
  return visit.page("account", std::move(view), mine.value ? 200 : 503);
}

Response change_name(Visit& visit) {
  if (!visit.caller()) {
    return ask_to_sign_in("/account");
  }
  const auto name = field(sent_form(visit), "name");
  try {
    visit.form();
    visit.site().accounts.rename(name);
  } catch (const Error& error) {
    auto view = account_view(visit);
    const auto mine = part_of(visit.site().accounts.mine(), "Your account is out of reach.");
    if (mine.value) {
      fill_account(view, *mine.value, name);
    }
    view.list("account_away", mine.away);
    return form_again(visit, "account", std::move(view), error);
  }
  return chassis::see_other("/account?done=name");
}

}  // namespace

chassis::Routes account_routes(const Site& site, Carts& carts) {
  using chassis::Method;
  const auto entering = [&carts](Response (*page)(Visit&, Carts&)) {
    return [&carts, page](Visit& visit) { return page(visit, carts); };
  };
  return {
      page_route(Method::get, "/signin", site, show_signin),
      page_route(Method::post, "/signin", site, entering(sign_in)),
      page_route(Method::get, "/signup", site, show_signup),
      page_route(Method::post, "/signup", site, entering(sign_up)),
      page_route(Method::post, "/signout", site, sign_out),
      page_route(Method::post, "/signout/everywhere", site, sign_out_everywhere),
      page_route(Method::get, "/account", site, show_account),
      page_route(Method::post, "/account/name", site, change_name),
  };
}

}  // namespace frontend
