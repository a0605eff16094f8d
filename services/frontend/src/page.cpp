#include "page.h"

#include <kainjow/mustache.hpp>
#include <stdexcept>
#include <utility>

namespace frontend {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr int part_depth_max = 4;
constexpr std::string_view folder = "templates/";
constexpr std::string_view ending = ".mustache";

/// `text` with each {{> part}} replaced by that part. Done once at the start: the library would
/// parse a part again each time it is shown.
std::string with_parts(std::string_view text, const chassis::Files& files, int depth) {
  constexpr std::string_view begin = "{{> ";
  constexpr std::string_view end = "}}\n";
  std::string result;
  for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin)) {
    const auto stop = text.find(end, at);
    if (stop == std::string_view::npos || depth == 0) {
      throw std::logic_error{"a template's {{> part}} has no end, or parts include each other"};
    }
    const auto name = text.substr(at + begin.size(), stop - at - begin.size());
    const auto part = files.find("templates/part/" + std::string{name} + ".mustache");
    if (part == files.end()) {
      throw std::logic_error{"no template part " + std::string{name}};
    }
    result += text.substr(0, at);
    result += with_parts(part->second, files, depth - 1);
    text.remove_prefix(stop + end.size());
  }
  return result += text;
}

data to_data(const View& view);

data to_data(const View::Value& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) {
    return text->empty() ? data{false} : data{*text};
  }
  if (const auto* const flag = std::get_if<bool>(&value)) {
    return data{*flag};
  }
  data list{data::type::list};
  for (const auto& item : std::get<std::vector<View>>(value)) {
    list.push_back(to_data(item));
  }
  return list;
}

data to_data(const View& view) {
  data object{data::type::object};
  for (const auto& [name, value] : view.values()) {
    object.set(name, to_data(value));
  }
  return object;
}

}  // namespace

View& View::text(const std::string& name, std::string value) {
  values_[name] = std::move(value);
  return *this;
}

View& View::flag(const std::string& name, bool value) {
  values_[name] = value;
  return *this;
}

View& View::list(const std::string& name, std::vector<View> items) {
  values_[name] = std::move(items);
  return *this;
}

View& View::with(const View& other) {
  values_.insert(other.values_.begin(), other.values_.end());
  return *this;
}

struct Pages::State {
  // The library's render() is not const, yet changes nothing unless a template uses a lambda or one
  // of its own partials, or changes the delimiters; ours cannot.
  mutable std::map<std::string, mustache, std::less<>> templates;
};

Pages::Pages(const chassis::Files& files) : state_{std::make_unique<State>()} {
  for (const auto& [path, text] : files) {
    const std::string_view name{path};
    if (name.rfind(folder, 0) != 0 || name.find('/', folder.size()) != std::string_view::npos) {
      continue;
    }
    mustache parsed{with_parts(text, files, part_depth_max)};
    if (!parsed.is_valid()) {
      throw std::logic_error{path + ": " + parsed.error_message()};
    }
    const auto length = name.size() - folder.size() - ending.size();
    state_->templates.emplace(name.substr(folder.size(), length), std::move(parsed));
  }
}

Pages::~Pages() = default;

std::string Pages::render(std::string_view name, const View& view) const {
  const auto found = state_->templates.find(name);
  if (found == state_->templates.end()) {
    throw std::logic_error{"no template " + std::string{name}};
  }
  std::string html;
  found->second.render(to_data(view), [&html](const std::string& piece) { html += piece; });
  return html;
}

}  // namespace frontend
