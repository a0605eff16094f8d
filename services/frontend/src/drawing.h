#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontend {

/// Throws of dice that come out the same for the same seed on every machine and in every release.
class Dice {
 public:
  explicit Dice(std::string_view seed);

  /// Returns a whole number from `low` to `high`, both included; low ≤ high.
  int between(int low, int high);

  /// Returns true once in `times` throws on average.
  bool once_in(int times) { return between(1, times) == 1; }

  template <typename Choices>
  const auto& one_of(const Choices& choices) {
    return choices[static_cast<std::size_t>(between(0, static_cast<int>(std::size(choices)) - 1))];
  }

 private:
  std::uint64_t state_;
};

/// Returns how much red (0), green (1) or blue (2) is in `colour` (#rrggbb), from 0 to 255.
int channel(std::string_view colour, std::size_t index);

/// Returns `colour` (#rrggbb) mixed with black (percent < 0) or white (percent > 0).
std::string shade(std::string_view colour, int percent);

/// An SVG picture of 400 by 500 under construction. Shapes take the current fill and stroke.
class Drawing {
 public:
  /// Sets the fill of what follows, without a line around it.
  Drawing& fill(std::string_view colour);

  /// Sets a line of `width` with round ends for what follows, without a fill.
  Drawing& line(std::string_view colour, int width);

  /// Sets how much of what follows covers what lies under it, in percent.
  Drawing& cover(int percent);

  Drawing& rect(int x, int y, int width, int height, int radius = 0);
  Drawing& circle(int x, int y, int radius);
  Drawing& ellipse(int x, int y, int radius_x, int radius_y);

  /// Draws SVG path data in which each `%` stands for the next of `numbers`. Throws
  /// std::logic_error when there are more or fewer of them.
  template <typename... Number>
  Drawing& path(std::string_view data, Number... numbers) {
    return shape("path", "d", filled(data, {static_cast<int>(numbers)...}));
  }

  /// Draws `points`, pairs of x and y, as one closed shape.
  Drawing& polygon(const std::vector<int>& points);

  /// Opens a group moved to (x, y), then turned by `degrees`; close() ends it.
  Drawing& open(int x, int y, int degrees = 0);
  Drawing& close();

  /// Opens a group of which only what lies inside the path shows; close() ends it.
  template <typename... Number>
  Drawing& open_inside(std::string_view data, Number... numbers) {
    return open_clipped(filled(data, {static_cast<int>(numbers)...}));
  }

  /// Between the two, what is drawn is kept as the motif instead of shown.
  Drawing& open_motif();
  Drawing& close_motif();

  /// Draws the motif kept last, moved and turned as open() does.
  Drawing& again(int x, int y, int degrees = 0);

  /// Returns the finished picture, a whole SVG file, with `title` as its name.
  std::string finish(std::string_view title) const;

 private:
  static std::string filled(std::string_view data, const std::vector<int>& numbers);
  Drawing& shape(std::string_view element, std::string_view attribute, const std::string& value);
  Drawing& open_clipped(const std::string& path);
  void element(const std::string& text);
  void flush_style();

  std::string body_;
  std::string style_;          // of the shapes that come next
  std::string written_style_;  // of the group now open, if any
  int opacity_ = 100;
  int clips_ = 0;
  int motifs_ = 0;
};

}  // namespace frontend
