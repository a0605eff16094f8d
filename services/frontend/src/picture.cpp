#include "picture.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "drawing.h"
#include "still_life.h"

namespace frontend {
namespace {

using Colours = std::array<std::string_view, 4>;

// Walls: wall, niche, table, dark.
constexpr Colours walls[] = {
    {"#f0dfc4", "#e2c79f", "#c99a6b", "#4a3022"}, {"#e9d3c0", "#d8b196", "#a9694a", "#47281d"},
    {"#dfe0cf", "#c3c7aa", "#97936b", "#35361f"}, {"#d6e0df", "#b1c7c7", "#7f9c9b", "#1e3a40"},
    {"#f3e3cf", "#eac48f", "#b9783f", "#4b2d16"}, {"#e8dcd6", "#cfb6ac", "#94705f", "#3b2723"},
    {"#2d4a52", "#3f6169", "#23373d", "#14252a"}, {"#5b3430", "#74443c", "#43241f", "#2a1613"},
    {"#dcd8e0", "#bfb4c6", "#8f7f97", "#33283b"}, {"#f1e7d6", "#d5dccb", "#b3a27e", "#3e3a2a"},
};

struct Category {
  std::string_view slug, title;
  std::vector<Thing> (*things)();
  std::vector<std::array<std::string_view, 3>> colours;  // main, second, accent
};

const std::vector<Category>& categories() {
  static const std::vector<Category> all = {
      {"teas",
       "Tea",
       teas,
       {{"#2f6b5c", "#e9dcc0", "#b7542c"},
        {"#a63f2e", "#f0e2c6", "#d99a2b"},
        {"#274b6d", "#efe6d2", "#c9822b"},
        {"#74683a", "#f1e6c9", "#a8402e"},
        {"#7a3b52", "#f2e3d3", "#d49b3a"}}},
      {"spices",
       "Spices",
       spices,
       {{"#b8442a", "#e0a32e", "#7c8a3a"},
        {"#d9822b", "#8c2f23", "#e8c55a"},
        {"#c4392f", "#d8b13c", "#5e6f35"},
        {"#a35a24", "#e6b84a", "#8e2c3a"}}},
      {"rugs",
       "Rug",
       rugs,
       {{"#8f2b25", "#f0dfbf", "#1f3e58"},
        {"#1f4a57", "#efe0c3", "#b5502e"},
        {"#a6502c", "#f3e4c6", "#3b4a2e"},
        {"#3c3350", "#eadbc0", "#b98a2f"},
        {"#6b2737", "#f1dfc4", "#2e6460"},
        {"#2f5a45", "#f0e3c8", "#a33c2b"}}},
      {"lamps",
       "Lamp",
       lamps,
       {{"#c0482f", "#f4c860", "#2f7f8a"},
        {"#2a6f86", "#f6d27a", "#c4553a"},
        {"#7d4a8c", "#f3c766", "#2f8578"},
        {"#3d7a52", "#f7d88a", "#c77a2b"}}},
      {"ceramics",
       "Ceramics",
       ceramics,
       {{"#23608a", "#f6efe0", "#c98a2e"},
        {"#2c7a78", "#f5ead6", "#b5482f"},
        {"#b1512f", "#f4e6cd", "#2d5566"},
        {"#f2e8d6", "#2b5c86", "#b9823a"},
        {"#6d7b4a", "#f5ecd8", "#8c4630"}}},
      {"leather",
       "Leather",
       leather,
       {{"#8a4b26", "#b9783f", "#d9a94e"},
        {"#5f3220", "#8f5a38", "#d2a552"},
        {"#a35f32", "#c98f58", "#e3bd6a"},
        {"#6d2f26", "#97523f", "#d8ac58"},
        {"#44382c", "#776149", "#cfa14f"}}},
      {"brass",
       "Brass and copper",
       brass,
       {{"#c9962f", "#f0cf7a", "#8a5c17"},
        {"#b8652f", "#e8a673", "#7a3a18"},
        {"#d2a63f", "#f5dc95", "#94691d"},
        {"#a9552b", "#dd9367", "#6d3016"}}},
      {"books",
       "Books and maps",
       books,
       {{"#7a2c26", "#e9dcbf", "#caa04a"},
        {"#23495a", "#eee2c8", "#c58a36"},
        {"#3d5238", "#ecdfc2", "#b5552f"},
        {"#4a3357", "#efe3cb", "#c99b45"}}},
      {"textiles",
       "Textiles",
       textiles,
       {{"#a63d33", "#f0e2c8", "#26505e"},
        {"#2b5d62", "#f2e6cf", "#c98a36"},
        {"#c2803a", "#f4e8d2", "#6d2c36"},
        {"#54436a", "#f0e4d2", "#bd7d3a"},
        {"#53683f", "#f3e8d0", "#b3502f"}}},
      {"travel",
       "Travel gear",
       travel,
       {{"#7b4a2b", "#d8b98c", "#c9a04a"},
        {"#2f5560", "#d9c7a0", "#c78a3c"},
        {"#5e6a3c", "#e0cfa5", "#b5562f"},
        {"#8c3f2c", "#e3c99f", "#cfa24c"}}},
  };
  return all;
}

const Category& category_of(std::string_view slug) {
  static const Category unknown = {"", "Product", parcels, {{"#b98a58", "#e6d2b0", "#8f3b2b"}}};
  const auto& all = categories();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Category& one) { return one.slug == slug; });
  return found == all.end() ? unknown : *found;
}

bool names(std::string_view hint, const Thing& thing) {
  return std::any_of(thing.words.begin(), thing.words.end(), [&](std::string_view word) {
    return hint.find(word) != std::string_view::npos;
  });
}

int lightness(std::string_view colour) {
  return (30 * channel(colour, 0) + 59 * channel(colour, 1) + 11 * channel(colour, 2)) / 100;
}

/// A wall before which a thing of this colour can be seen.
const Colours& choose_wall(std::string_view thing, Dice& dice) {
  constexpr int difference_min = 42;
  constexpr int throws_max = 12;
  for (int thrown = 1; thrown < throws_max; ++thrown) {
    const auto& wall = dice.one_of(walls);
    if (std::abs(lightness(wall[1]) - lightness(thing)) >= difference_min) {
      return wall;
    }
  }
  return walls[0];
}

Thing choose(const std::vector<Thing>& things, std::string_view hint, Dice& dice) {
  std::string lower{hint};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char letter) { return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter; });
  const auto thrown = dice.one_of(things);  // thrown in any case: the hint changes nothing else
  const auto named = std::find_if(things.begin(), things.end(),
                                  [&](const Thing& thing) { return names(lower, thing); });
  return named == things.end() ? thrown : *named;
}

void draw_niche(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(112, 138);
  const int top = dice.between(34, 62);
  draw.fill(palette.niche);
  switch (dice.between(1, 5)) {
    case 1:  // a pointed arch
      draw.path("M%,400V%C%,% %,% 200,%C%,% %,% %,%V400Z", 200 - half, top + 170, 200 - half,
                top + 90, 178, top + 50, top, 222, top + 50, 200 + half, top + 90, 200 + half,
                top + 170);
      break;
    case 2:  // a round arch with its moulding
      draw.cover(50).path("M%,400V%A%,% 0 0 1 %,%V400Z", 184 - half, top + half, half + 16,
                          half + 16, 216 + half, top + half);
      draw.fill(palette.niche)
          .path("M%,400V%A%,% 0 0 1 %,%V400Z", 200 - half, top + half, half, half, 200 + half,
                top + half);
      break;
    case 3: {  // the evening sun
      const int x = dice.between(150, 250);
      draw.circle(x, dice.between(180, 225), half);
      break;
    }
    case 4:  // a tiled dado
      draw.rect(0, 282, 400, 130).fill(shade(palette.niche, -14)).rect(0, 276, 400, 7);
      draw.fill(shade(palette.niche, 14));
      for (int x = 20; x < 400; x += 40) {
        draw.path("M%,304l14,18l-14,18l-14,-18z", x);
      }
      break;
    default:  // a doorway of light falling in from the left
      draw.cover(70).path("M0,%L%,400H0Z", top + 40, 170 + half);
      draw.fill(palette.niche).path("M0,%L%,400H0Z", top + 150, 60 + half);
  }
}

/// Specks in the plaster, which no two walls have alike.
void draw_specks(Drawing& draw, Dice& dice, const Palette& palette) {
  draw.fill(shade(palette.wall, -9));
  for (int speck = 0; speck < 5; ++speck) {
    const int x = dice.between(8, 392);
    draw.circle(x, dice.between(8, 380), 2);
  }
}

void draw_table(Drawing& draw, const Palette& palette) {
  draw.fill(palette.table).rect(0, 392, 400, 108);
  draw.fill(shade(palette.table, 16)).rect(0, 392, 400, 5);
  draw.fill(shade(palette.table, -12)).rect(0, 470, 400, 30);
}

}  // namespace

const std::vector<std::string_view>& pictured_categories() {
  static const auto slugs = [] {
    std::vector<std::string_view> found;
    for (const auto& category : categories()) {
      found.push_back(category.slug);
    }
    return found;
  }();
  return slugs;
}

std::string picture(std::string_view category, std::string_view id, std::string_view hint) {
  const auto& kind = category_of(category);
  Dice dice{std::string{category} + "/" + std::string{id}};
  const auto& colours = dice.one_of(kind.colours);
  const auto& wall = choose_wall(colours[0], dice);
  const Palette palette{wall[0], wall[1], wall[2], colours[0], colours[1], colours[2], wall[3]};
  const auto thing = choose(kind.things(), hint, dice);
  Drawing draw;
  draw.fill(palette.wall).rect(0, 0, 400, 500);
  draw_specks(draw, dice, palette);
  draw_niche(draw, dice, palette);
  if (!thing.hangs) {
    draw_table(draw, palette);
  }
  thing.draw(draw, dice, palette);
  return draw.finish(kind.title);
}

}  // namespace frontend
