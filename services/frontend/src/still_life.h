#pragma once

#include <string_view>
#include <vector>

#include "drawing.h"

namespace frontend {

/// The colours of one picture, from the wall behind to the line that finishes a thing.
struct Palette {
  std::string_view wall, niche, table, main, second, accent, dark;
};

/// One thing that can be shown: how it is drawn, and which words in a product's slug mean it; the
/// first thing of a list that is meant is shown.
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

/// Things that more than one list may show.
void draw_mug(Drawing& draw, Dice& dice, const Palette& palette);
void draw_tile(Drawing& draw, Dice& dice, const Palette& palette);
void draw_table_lamp(Drawing& draw, Dice& dice, const Palette& palette);
void draw_candle_holder(Drawing& draw, Dice& dice, const Palette& palette);
void draw_belt(Drawing& draw, Dice& dice, const Palette& palette);
void draw_tent(Drawing& draw, Dice& dice, const Palette& palette);

/// What is shown for a category nobody has drawn yet.
std::vector<Thing> parcels();

}  // namespace frontend
