#pragma once

#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account.h"
#include "asset.h"
#include "chassis/http.h"
#include "form_token.h"
#include "page.h"

namespace frontend {

/// What every page is made with.
struct Site {
  const Pages& pages;
  const Assets& assets;
  const FormTokens& form_tokens;
  Accounts& accounts;
  std::string currency;  // of the shop, ISO 4217
};

/// One person's request for a page: who they are, what they may send, and what their browser is to
/// remember. When the access token has run out, a visit first renews the session.
class Visit {
 public:
  Visit(const chassis::Request& request, const Site& site);

  const chassis::Request& request() const { return request_; }
  const Site& site() const { return site_; }

  /// Who is here; nothing for a visitor who is not signed in.
  const std::optional<chassis::Caller>& caller() const { return context_.caller; }
  /// For whom and until when the parts of this page are fetched.
  const chassis::Context& context() const { return context_; }
  /// Whether the visitor holds a session that could not be renewed, as the accounts are away.
  bool in_doubt() const { return in_doubt_; }
  const std::string& refresh_token() const { return refresh_token_; }
  /// Under which name a visitor gathers a cart before signing in; empty until there is one.
  const std::string& guest_id() const { return context_.guest_id; }

  /// Makes the browser keep, or forget, a session.
  void keep(const Session& session);
  void forget();
  /// Makes the visitor a guest with a name of their own, or no guest any more.
  void become_guest();
  void forget_guest();

  /// The value of a form's field `csrf`. The page is then for this browser alone.
  std::string form_token();
  /// The fields of the form that was sent. Throws Error{forbidden} unless it is one of ours.
  chassis::Query form() const;

  /// Lets this page run modules of this site that send to this site and, unless it is empty, to
  /// `origin`.
  void allow_modules(const std::string& origin);

  /// The page of this name; `view` may leave out what all pages share.
  chassis::Response page(std::string_view name, View view, int status = 200);
  chassis::Response error_page(const chassis::Error& error);
  /// The answer with what all pages' answers carry.
  chassis::Response finished(chassis::Response response) const;

 private:
  void renew();
  std::string user_id() const;

  const chassis::Request& request_;
  const Site& site_;
  chassis::Context context_;
  std::string refresh_token_;
  std::string mark_;  // of this browser; empty until a form needs one
  bool in_doubt_ = false;
  bool personal_ = false;
  std::string script_policy_;  // what the page's policy allows besides that of all pages
  std::map<std::string, std::string> cookies_;  // to set: by their names, what is sent
};

using PageHandler = std::function<chassis::Response(Visit&)>;

/// A route that answers with a page, whatever goes wrong.
chassis::Route page_route(chassis::Method method, const std::string& path, const Site& site,
                          PageHandler handler);

/// The pages that say there is nothing here, for addresses no other route knows.
chassis::Routes lost_routes(const Site& site);

/// One part of a page: its value, or why there is none.
template <typename Value>
struct Part {
  std::optional<Value> value;
  std::vector<View> away;  // what templates/part/away.mustache shows: one item, or none
};

/// Waits for a part. A part that fails takes nothing else down.
template <typename Value>
Part<Value> part_of(std::future<Value> future, const std::string& sentence) {
  try {
    return {future.get(), {}};
  } catch (const chassis::Error&) {
    return {std::nullopt, {View{}.text("reason", sentence)}};
  }
}

}  // namespace frontend
