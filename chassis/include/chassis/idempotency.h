#pragma once

#include <functional>

#include "chassis/db.h"
#include "chassis/http.h"

namespace chassis {

/// Runs `effect` once for each Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), scoped
/// to (caller, route, key) and kept 24 hours. The answer is stored in the transaction of the
/// effect, so both exist or neither does.
/// - no header, or not 1..255 printable characters: Error{invalid} pointing at #Idempotency-Key;
/// - the key again with the same body: the first answer, and the effect does not run;
/// - the key again with another body (or path parameters): Error{key_reused};
/// - the first still runs: waits for it until the deadline (5 s at most), then Error{conflict} of
///   type "in-progress" with Retry-After.
/// An effect that throws, or answers with a status of 500 or more, leaves nothing behind: the key
/// may be used again. An answer 202 is not final: what was done stays, and asked again the effect
/// runs again, one at a time, and must itself find what it began. `route` is the template.
/// Kept of an answer: status, body, content type, Location and ETag.
Response once(Database& database, const Request& request, std::string_view route,
              const std::function<Response(Transaction&)>& effect);

/// Removes a bounded number of keys older than 24 hours. App calls it every few minutes.
void purge_idempotency_keys(Database& database);

}  // namespace chassis
