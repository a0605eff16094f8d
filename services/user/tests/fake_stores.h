#pragma once

#include <map>
#include <set>

#include "chassis/error.h"
#include "chassis/id.h"
#include "user_routes.h"

namespace user {

/// Everything the stores keep, in memory, with the promises written on their interfaces; the tests
/// on PostgreSQL hold the stores themselves to them. One thread only.
struct FakeWorld {
  struct Token {
    std::string id;
    std::string session;
    bool used = false;
    std::string successor{};
  };

  std::map<std::string, Credential> users;      // by id
  std::map<std::string, std::string> sessions;  // id -> user's id
  std::map<std::string, Token> tokens;          // by text
  std::map<std::string, int> tries;             // by e-mail and network
  std::map<std::string, Letter> letters;        // by token
  std::map<std::string, Erasure> erasures;      // by the user's id

  [[noreturn]] static void refuse(chassis::ErrorCode code) { throw chassis::Error{code, "no"}; }

  Credential& user(const std::string& id) {
    const auto found = users.find(id);
    if (found == users.end()) refuse(chassis::ErrorCode::unauthenticated);
    return found->second;
  }

  void end_sessions(const std::string& user_id, const std::string& kept = "") {
    std::erase_if(sessions, [&](const auto& entry) {
      return entry.second == user_id && entry.first != kept;
    });
  }
};

struct FakeUsers final : Users {
  explicit FakeUsers(FakeWorld& all) : world{all} {}
  FakeWorld& world;

  User sign_up(const NewUser& draft, const std::string& password_hash) override {
    if (find_email(draft.email)) throw_email_taken();
    const User user{chassis::new_id(), draft.email, draft.name, "", {}};
    world.users.emplace(user.id, Credential{user, password_hash});
    return user;
  }
  Credential find(const std::string& id) override { return world.user(id); }
  std::optional<Credential> find_email(const std::string& email) override {
    for (const auto& [id, credential] : world.users) {
      if (credential.user.email == email) return credential;
    }
    return std::nullopt;
  }
  std::vector<User> list(const std::vector<std::string>& ids) override {
    std::vector<User> found;
    for (const auto& id : std::set<std::string>{ids.begin(), ids.end()}) {
      if (world.users.count(id) == 1) found.push_back(world.user(id).user);
    }
    return found;
  }
  User rename(const std::string& id, const std::string& name,
              std::optional<std::int64_t> version) override {
    auto& user = world.user(id).user;
    if (version && *version != user.version) world.refuse(chassis::ErrorCode::precondition_failed);
    if (user.name != name) {
      user.name = name;
      ++user.version;
    }
    return user;
  }
  User change_password(const Credential& before, const std::string& new_hash,
                       const std::optional<std::string>& name, const std::string& token_id,
                       std::optional<std::int64_t> version) override {
    auto& credential = world.user(before.user.id);
    if (version && *version != credential.user.version) {
      world.refuse(chassis::ErrorCode::precondition_failed);
    }
    if (credential.password_version != before.password_version) {
      world.refuse(chassis::ErrorCode::conflict);
    }
    std::string kept;
    for (const auto& [text, token] : world.tokens) {
      if (token.id == token_id) kept = token.session;
    }
    world.end_sessions(before.user.id, kept);
    credential.password_hash = new_hash;
    ++credential.password_version;
    ++credential.user.version;
    if (name) credential.user.name = *name;
    return credential.user;
  }
  void rehash(const Credential& before, const std::string& new_hash) override {
    world.user(before.user.id).password_hash = new_hash;
  }
};

struct FakeSessions final : Sessions {
  explicit FakeSessions(FakeWorld& all) : world{all} {}
  FakeWorld& world;

  Renewal issue(const std::string& session) {
    const Renewal renewal{world.user(world.sessions.at(session)).user, chassis::new_id(),
                          chassis::random_token(32)};
    world.tokens[renewal.refresh_token] = {renewal.token_id, session};
    return renewal;
  }
  Renewal open(const Credential& credential) override {
    const auto id = chassis::new_id();
    world.sessions[id] = credential.user.id;
    return issue(id);
  }
  Renewal renew(const std::string& refresh_token, Repeat repeat) override {
    const auto found = world.tokens.find(refresh_token);
    if (found == world.tokens.end() || world.sessions.count(found->second.session) == 0) {
      world.refuse(chassis::ErrorCode::unauthenticated);
    }
    auto& token = found->second;
    if (!token.used) {
      token.used = true;
      auto renewal = issue(token.session);
      world.tokens[refresh_token].successor = renewal.refresh_token;
      return renewal;
    }
    if (repeat == Repeat::theft) {
      world.sessions.erase(token.session);
      world.refuse(chassis::ErrorCode::unauthenticated);
    }
    const auto& next = world.tokens.at(token.successor);
    return {world.user(world.sessions.at(token.session)).user, next.id, token.successor};
  }
  void close(const std::string& refresh_token) override {
    const auto found = world.tokens.find(refresh_token);
    if (found != world.tokens.end()) world.sessions.erase(found->second.session);
  }
  void close_token(const std::string& user_id, const std::string& token_id) override {
    for (const auto& [text, token] : world.tokens) {
      const auto session = world.sessions.find(token.session);
      if (token.id == token_id && session != world.sessions.end() && session->second == user_id) {
        world.sessions.erase(session);
      }
    }
  }
  void close_all(const std::string& user_id) override { world.end_sessions(user_id); }
  void purge(std::int64_t) override {}
};

/// Its time stands still: a network that has used up its tries waits for ever.
struct FakeTries final : Tries {
  explicit FakeTries(FakeWorld& all) : world{all} {}
  FakeWorld& world;

  void count(const Try& attempt) override {
    auto& count = world.tries[attempt.email + " " + attempt.network];
    if (count >= free_tries) {
      throw chassis::Error{chassis::ErrorCode::too_many_requests, "wait"}.retry_after(7);
    }
    ++count;
  }
  void forget(const Try& attempt, const std::string&) override {
    world.tries.erase(attempt.email + " " + attempt.network);
  }
  void take_back(const Try& attempt) override {
    --world.tries[attempt.email + " " + attempt.network];
  }
  void purge(std::int64_t) override {}
};

struct FakeLetters final : Letters {
  explicit FakeLetters(FakeWorld& all) : world{all} {}
  FakeWorld& world;

  std::optional<Letter> write(LetterKind kind, const std::string& email) override {
    for (const auto& [id, credential] : world.users) {
      if (credential.user.email != email) continue;
      const Letter letter{kind, credential.user, chassis::random_token(32)};
      world.letters.emplace(letter.token, letter);
      return letter;
    }
    return std::nullopt;
  }
  const Letter& find(const std::string& token, LetterKind kind) {
    const auto found = world.letters.find(token);
    if (found == world.letters.end() || found->second.kind != kind) {
      world.refuse(chassis::ErrorCode::not_found);
    }
    return found->second;
  }
  User addressee(const std::string& token) override {
    return find(token, LetterKind::password_reset).to;
  }
  void reset_password(const std::string& token, const std::string& password_hash) override {
    auto& credential = world.user(find(token, LetterKind::password_reset).to.id);
    world.letters.erase(token);
    credential.password_hash = password_hash;
    ++credential.password_version;
    credential.user.email_verified = true;
    world.end_sessions(credential.user.id);
  }
  void verify(const std::string& token) override {
    world.user(find(token, LetterKind::verification).to.id).user.email_verified = true;
  }
  void purge(std::int64_t) override {}
};

struct FakeErasures final : Erasures {
  explicit FakeErasures(FakeWorld& all) : world{all} {}
  FakeWorld& world;

  Erasure start(const std::string& user_id) override {
    if (world.users.erase(user_id) == 1) {
      world.end_sessions(user_id);
      world.erasures[user_id] = {
          chassis::new_id(), {}, {{"order", std::nullopt}, {"user", chassis::Time{}}}};
    }
    if (world.erasures.count(user_id) == 0) world.refuse(chassis::ErrorCode::unauthenticated);
    return world.erasures.at(user_id);
  }
  void confirm(chassis::Transaction& /*transaction*/, const std::string& user_id,
               const std::string& service, chassis::Time when) override {
    for (auto& forgetting : world.erasures[user_id].services) {
      if (forgetting.service == service) forgetting.forgotten_at = when;
    }
  }
  Erasure find(const std::string& id) override {
    for (const auto& [user_id, erasure] : world.erasures) {
      if (erasure.id == id) return erasure;
    }
    world.refuse(chassis::ErrorCode::not_found);
  }
};

}  // namespace user
