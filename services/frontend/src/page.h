#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "chassis/files.h"

namespace frontend {

/// What a template is filled with. Text is escaped wherever a template shows it; a template treats
/// empty text, a false flag and an empty list alike, as nothing.
class View {
 public:
  View& text(const std::string& name, std::string value);
  View& flag(const std::string& name, bool value);
  View& list(const std::string& name, std::vector<View> items);

  /// Takes over what `other` holds under names that are not yet here.
  View& with(const View& other);

  using Value = std::variant<std::string, bool, std::vector<View>>;
  const std::map<std::string, Value>& values() const { return values_; }

 private:
  std::map<std::string, Value> values_;
};

/// The pages' templates: `templates/<name>.mustache`, in which `{{> part}}` stands for the text of
/// `templates/part/<part>.mustache`. Any number of threads may render at once.
class Pages {
 public:
  /// Throws std::logic_error for a template that is malformed or names a part that is not there.
  explicit Pages(const chassis::Files& files);
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  /// Returns the page as HTML. Throws std::logic_error when there is no such template.
  std::string render(std::string_view name, const View& view) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontend
