#pragma once

#include <memory>

#include "chassis/http.h"
#include "erasure.h"
#include "letter.h"
#include "password.h"
#include "session.h"
#include "sign_in.h"
#include "token.h"
#include "user.h"

namespace user {

/// What the routes ask.
struct Accounts {
  std::shared_ptr<Users> users;
  std::shared_ptr<Sessions> sessions;
  std::shared_ptr<Tries> tries;
  std::shared_ptr<Letters> letters;
  std::shared_ptr<Erasures> erasures;
  std::shared_ptr<Passwords> passwords;
  std::shared_ptr<const Tokens> tokens;
  Post post = drop;  // where letters go
};

/// The HTTP face of this service; openapi.yaml describes the same routes.
chassis::Routes routes(const Accounts& accounts);

/// Its parts: accounts and their letters, sessions, and what verifies tokens.
chassis::Routes account_routes(const std::shared_ptr<const Accounts>& accounts);
chassis::Routes session_routes(const std::shared_ptr<const Accounts>& accounts);
chassis::Routes discovery_routes(const std::shared_ptr<const Accounts>& accounts);

/// Deletes what has expired, a bounded batch of each kind.
void purge(const Accounts& accounts);

/// Refuses in the event loop what could not hash a password now, so that a flood of sign-ins does
/// not stand in the way of everything else.
chassis::FastHandler when_room(std::shared_ptr<const Accounts> accounts);

/// The network a request came from, as the gateway says.
std::string network_of(const chassis::Request& request);

/// The id of the access token the gateway verified; empty when it passed none on.
std::string token_id_of(const chassis::Request& request);

}  // namespace user
