#include "drawing.h"

#include <algorithm>
#include <stdexcept>

namespace frontend {
namespace {

std::string number(int value) { return std::to_string(value); }

}  // namespace

int channel(std::string_view colour, std::size_t index) {
  return std::stoi(std::string{colour.substr(1 + 2 * index, 2)}, nullptr, 16);
}

Dice::Dice(std::string_view seed) : state_{14695981039346656037ULL} {
  for (const char letter : seed) {  // FNV-1a
    state_ = (state_ ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
  }
}

int Dice::between(int low, int high) {
  state_ += 0x9e3779b97f4a7c15ULL;  // splitmix64
  auto mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
  mixed ^= mixed >> 31U;
  const auto choices = static_cast<std::uint64_t>(high - low + 1);
  return low + static_cast<int>(mixed % choices);
}

std::string shade(std::string_view colour, int percent) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "#";
  for (std::size_t index = 0; index < 3; ++index) {
    const int value = channel(colour, index);
    const int goal = percent < 0 ? 0 : 255;
    const int part = percent < 0 ? -percent : percent;
    const auto mixed = static_cast<std::size_t>(value + (goal - value) * part / 100);
    result += {digits[mixed / 16], digits[mixed % 16]};
  }
  return result;
}

Drawing& Drawing::fill(std::string_view colour) {
  style_ = " fill=\"" + std::string{colour} + "\"";
  opacity_ = 100;
  return *this;
}

Drawing& Drawing::line(std::string_view colour, int width) {
  style_ = " fill=\"none\" stroke-linecap=\"round\" stroke=\"" + std::string{colour} +
           "\" stroke-width=\"" + number(width) + "\"";
  opacity_ = 100;
  return *this;
}

Drawing& Drawing::cover(int percent) {
  opacity_ = percent;
  return *this;
}

Drawing& Drawing::rect(int x, int y, int width, int height, int radius) {
  element("rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) +
          "\" height=\"" + number(height) + "\"" +
          (radius > 0 ? " rx=\"" + number(radius) + "\"" : ""));
  return *this;
}

Drawing& Drawing::circle(int x, int y, int radius) {
  element("circle cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"" + number(radius) + "\"");
  return *this;
}

Drawing& Drawing::ellipse(int x, int y, int radius_x, int radius_y) {
  element("ellipse cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" rx=\"" + number(radius_x) +
          "\" ry=\"" + number(radius_y) + "\"");
  return *this;
}

Drawing& Drawing::polygon(const std::vector<int>& points) {
  std::string list;
  for (const int point : points) {
    list += (list.empty() ? "" : " ") + number(point);
  }
  return shape("polygon", "points", list);
}

Drawing& Drawing::open(int x, int y, int degrees) {
  flush_style();
  body_ += "<g transform=\"translate(" + number(x) + " " + number(y) + ")" +
           (degrees != 0 ? " rotate(" + number(degrees) + ")" : "") + "\">";
  return *this;
}

Drawing& Drawing::close() {
  flush_style();
  body_ += "</g>";
  return *this;
}

Drawing& Drawing::open_motif() {
  flush_style();
  body_ += "<defs><g id=\"m" + number(++motifs_) + "\">";
  return *this;
}

Drawing& Drawing::close_motif() {
  close();
  body_ += "</defs>";
  return *this;
}

Drawing& Drawing::again(int x, int y, int degrees) {
  flush_style();
  body_ += "<use href=\"#m" + number(motifs_) + "\" transform=\"translate(" + number(x) + " " +
           number(y) + ")" + (degrees != 0 ? " rotate(" + number(degrees) + ")" : "") + "\"/>";
  return *this;
}

std::string Drawing::finish(std::string_view title) const {
  const std::string end = written_style_.empty() ? "" : "</g>";
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 500\"><title>" +
         std::string{title} + "</title>" + body_ + end + "</svg>\n";
}

std::string Drawing::filled(std::string_view data, const std::vector<int>& numbers) {
  if (static_cast<std::size_t>(std::count(data.begin(), data.end(), '%')) != numbers.size()) {
    throw std::logic_error{"not as many numbers as places for them in " + std::string{data}};
  }
  std::string result;
  auto next = numbers.begin();
  for (const char letter : data) {
    if (letter == '%') {
      result += number(*next++);
    } else {
      result += letter;
    }
  }
  return result;
}

Drawing& Drawing::shape(std::string_view element_name, std::string_view attribute,
                        const std::string& value) {
  element(std::string{element_name} + " " + std::string{attribute} + "=\"" + value + "\"");
  return *this;
}

Drawing& Drawing::open_clipped(const std::string& path) {
  flush_style();
  const auto name = "c" + number(++clips_);
  body_ += "<clipPath id=\"" + name + "\"><path d=\"" + path +
           "\"/></clipPath><g clip-path=\"url(#" + name + ")\">";
  return *this;
}

// Neighbours of one style share a group, which keeps the file small.
void Drawing::element(const std::string& text) {
  auto style = style_;
  if (opacity_ < 100) {
    style += " opacity=\"." + std::string{opacity_ < 10 ? "0" : ""} + number(opacity_) + "\"";
  }
  if (opacity_ < 100) {  // a group's opacity is not that of its shapes one by one
    flush_style();
    body_ += "<" + text + style + "/>";
    return;
  }
  if (style != written_style_) {
    flush_style();
    body_ += "<g" + style + ">";
    written_style_ = style;
  }
  body_ += "<" + text + "/>";
}

void Drawing::flush_style() {
  if (!written_style_.empty()) {
    body_ += "</g>";
    written_style_.clear();
  }
}

}  // namespace frontend
