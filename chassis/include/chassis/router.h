#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chassis/http.h"

namespace chassis {

/// Finds the route of a path. Literal text wins over a parameter; the order of routes is of no
/// matter. Building it throws std::logic_error for a malformed template or two routes that are the
/// same.
class Router {
 public:
  explicit Router(Routes routes);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  struct Match {
    const Route* route = nullptr;
    std::vector<std::pair<std::string, std::string>> parameters;
    std::string allow;  // when the path exists, but not for this method: "GET, HEAD, OPTIONS"
  };

  /// `path` is still percent-encoded and without query. A malformed escape throws Error{invalid}.
  Match find(Method method, std::string_view path) const;
  /// The methods of a path, as for the header Allow; empty when there is no such path.
  std::string allowed(std::string_view path) const;
  const Routes& routes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Routes, checks access, runs the handler, and answers as the running service would, without a
/// socket: for tests. Takes `path` with its query.
Response dispatch(const Router& router, Request request, std::string_view target);

}  // namespace chassis
