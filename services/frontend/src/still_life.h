#pragma once

#include <string_view>
#include <vector>

#include "drawing.h"

namespace frontend {

/// The colours of one picture, from the wall behind to the line that finishes a thing.
struct Palette {
  std::string_view wall, niche, table, main, second, accent, dark;
};

/// One thing that can be shown: how it is drawn, and which words in a product's name mean it.
/// Things stand on the table at y = 410 and are centred on x = 200; what hangs starts at y = 0.
struct Thing {
  void (*draw)(Drawing&, Dice&, const Palette&);
  bool hangs;
  std::vector<std::string_view> words;
};

std::vector<Thing> teas();
std::vector<Thing> spices();
std::vector<Thing> rugs();
std::vector<Thing> lamps();
std::vector<Thing> ceramics();
std::vector<Thing> leather();
std::vector<Thing> brass();
std::vector<Thing> books();
std::vector<Thing> textiles();
std::vector<Thing> travel();

/// What is shown for a category nobody has drawn yet.
std::vector<Thing> parcels();

}  // namespace frontend
