#include "token_routes.h"

#include "chassis/metrics.h"
#include "token_json.h"

namespace bank {
namespace {

using chassis::Request;
using chassis::Response;

Response issue_token(const Request& request, Tokens& tokens, const chassis::Clock& clock) {
  static const auto issued = chassis::counter("bank_tokens_total", "Cards turned into tokens");
  const auto draft = chassis::from_json<CardDraft>(chassis::json_body(request));
  const auto token = tokens.issue(checked(draft, clock.now()));
  issued.add();
  return {201, chassis::to_json(token)};
}

}  // namespace

chassis::Routes token_routes(const std::shared_ptr<Tokens>& tokens, const chassis::Clock& clock) {
  return {
      {chassis::Method::post, "/v1/tokens", chassis::Access::anyone,
       [tokens, &clock](const Request& request) { return issue_token(request, *tokens, clock); }}};
}

}  // namespace bank
