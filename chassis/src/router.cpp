#include "chassis/router.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace chassis {
namespace {

/// One segment of a template: literal text, or a parameter between literal text.
struct Segment {
  std::string before;
  std::string parameter;  // empty: the whole segment is `before`
  std::string after;

  bool operator==(const Segment&) const = default;

  bool matches(std::string_view text) const {
    if (parameter.empty()) return text == before;
    return text.size() > before.size() + after.size() && text.substr(0, before.size()) == before &&
           text.substr(text.size() - after.size()) == after;
  }
};

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    const auto end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) return segments;
    path.remove_prefix(end + 1);
  }
}

Segment parse(std::string_view text, const std::string& path) {
  const auto open = text.find('{');
  const auto close = text.find('}');
  if (open == std::string_view::npos && close == std::string_view::npos)
    return {std::string{text}, {}, {}};
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2 ||
      text.find('{', open + 1) != std::string_view::npos) {
    throw std::logic_error{"malformed route template " + path};
  }
  return {std::string{text.substr(0, open)}, std::string{text.substr(open + 1, close - open - 1)},
          std::string{text.substr(close + 1)}};
}

}  // namespace

struct Router::State {
  /// The routes of one path template.
  struct Path {
    std::vector<Segment> segments;
    std::vector<const Route*> routes;  // one for each method
    std::size_t literal_length = 0;    // the more literal text, the earlier it is tried

    const Route* find(Method method) const {
      for (const auto* route : routes) {
        if (route->method == method) return route;
      }
      return nullptr;
    }

    bool matches(const std::vector<std::string_view>& texts) const {
      return std::equal(texts.begin(), texts.end(), segments.begin(), segments.end(),
                        [](auto text, const auto& segment) { return segment.matches(text); });
    }

    std::string allow() const {
      std::string list;
      for (const auto* route : routes) {
        list += std::string{name(route->method)} + ", ";
        if (route->method == Method::get) list += "HEAD, ";
      }
      return list + "OPTIONS";
    }
  };

  Routes routes;
  std::map<std::string, Path, std::less<>> fixed;  // templates without parameters
  std::vector<Path> patterns;                      // the others, the most literal first

  void add(const Route& route) {
    if (route.path.empty() || route.path.front() != '/') {
      throw std::logic_error{"a route starts with a slash: " + route.path};
    }
    Path path;
    for (const auto text : split(route.path)) {
      auto segment = parse(text, route.path);
      path.literal_length += segment.before.size() + segment.after.size();
      path.segments.push_back(std::move(segment));
    }
    auto& place = place_of(route.path, path);
    if (place.find(route.method) != nullptr) {
      throw std::logic_error{"two routes for " + std::string{name(route.method)} + " " +
                             route.path};
    }
    place.routes.push_back(&route);
  }

  Path& place_of(const std::string& name, const Path& path) {
    const bool literal = std::all_of(path.segments.begin(), path.segments.end(),
                                     [](const auto& segment) { return segment.parameter.empty(); });
    if (literal) return fixed[name];
    const auto known = std::find_if(patterns.begin(), patterns.end(), [&](const auto& pattern) {
      return pattern.segments == path.segments;
    });
    return known != patterns.end() ? *known : patterns.emplace_back(path);
  }
};

Router::Router(Routes routes) : state_{std::make_unique<State>()} {
  state_->routes = std::move(routes);
  for (const auto& route : state_->routes) state_->add(route);
  std::stable_sort(state_->patterns.begin(), state_->patterns.end(),
                   [](const auto& left, const auto& right) {
                     return left.literal_length > right.literal_length;
                   });
}

Router::~Router() = default;

const Routes& Router::routes() const { return state_->routes; }

Router::Match Router::find(Method method, std::string_view path) const {
  if (path.empty() || path.front() != '/')
    throw Error{ErrorCode::invalid, "the path must start with a slash"};
  Match match;
  if (const auto fixed = state_->fixed.find(path); fixed != state_->fixed.end()) {
    match.route = fixed->second.find(method);
    if (match.route == nullptr) match.allow = fixed->second.allow();
    return match;
  }
  const auto texts = split(path);
  for (const auto& pattern : state_->patterns) {
    if (!pattern.matches(texts)) continue;
    match.route = pattern.find(method);
    if (match.route == nullptr) {
      if (match.allow.empty()) match.allow = pattern.allow();
      continue;  // a less literal template may have the method
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto& segment = pattern.segments[i];
      if (segment.parameter.empty()) continue;
      const auto text = texts[i].substr(
          segment.before.size(), texts[i].size() - segment.before.size() - segment.after.size());
      auto value = percent_decoded(text);
      if (!value) throw Error{ErrorCode::invalid, "the path holds a malformed escape"};
      match.parameters.emplace_back(segment.parameter, std::move(*value));
    }
    match.allow.clear();
    return match;
  }
  return match;
}

std::string Router::allowed(std::string_view path) const {
  if (path.empty() || path.front() != '/') return {};
  if (const auto fixed = state_->fixed.find(path); fixed != state_->fixed.end())
    return fixed->second.allow();
  const auto texts = split(path);
  for (const auto& pattern : state_->patterns) {
    if (pattern.matches(texts)) return pattern.allow();
  }
  return {};
}

Response dispatch(const Router& router, Request request, std::string_view target) {
  const auto question = target.find('?');
  try {
    auto match = router.find(request.method, target.substr(0, question));
    if (match.route == nullptr) {
      throw match.allow.empty()
          ? Error{ErrorCode::not_found, "there is nothing here"}
          : Error{ErrorCode::method_not_allowed, "the method is not allowed here"};
    }
    request.path = std::string{target.substr(0, question)};
    request.parameters = std::move(match.parameters);
    if (question != std::string_view::npos)
      request.query = query_fields(target.substr(question + 1));
    const ContextScope scope{request.context};
    if (match.route->fast) {
      if (auto fast = answer_fast(*match.route, request)) return *fast;
    }
    return answer(*match.route, request);
  } catch (const Error& error) {
    return problem(error, request.context.trace);
  }
}

}  // namespace chassis
