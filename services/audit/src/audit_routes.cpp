#include "audit_routes.h"

#include "report_json.h"

namespace audit {
namespace {

using chassis::Request;
using chassis::Response;
using std::chrono::milliseconds;

Response ask(const Request& request, Audits& audits, milliseconds settle) {
  AuditDraft draft;
  if (!request.body.empty()) draft = chassis::from_json<AuditDraft>(chassis::json_body(request));
  const auto view = audits.ask(milliseconds{draft.settle_ms.value_or(settle.count())});
  auto answer = chassis::accepted(to_json(view));
  answer.headers.add("Location", "/internal/audits/" + view.id);
  return answer;
}

Response answer(const std::optional<AuditView>& view, const char* otherwise) {
  if (!view) throw chassis::Error{chassis::ErrorCode::not_found, otherwise};
  return chassis::ok(to_json(*view));
}

}  // namespace

chassis::Routes audit_routes(const std::shared_ptr<Audits>& audits, milliseconds settle) {
  using chassis::Access;
  using chassis::Method;
  return {
      {Method::post, "/internal/audits", Access::internal,
       [=](const Request& request) { return ask(request, *audits, settle); }},
      {Method::get, "/internal/audits/latest", Access::internal,
       [=](const Request&) {
         return answer(audits->latest(), "no audit has been made since the start");
       }},
      {Method::get, "/internal/audits/{id}", Access::internal,
       [=](const Request& request) {
         return answer(audits->find(request.uuid("id")), "there is no such audit any more");
       }},
  };
}

}  // namespace audit
