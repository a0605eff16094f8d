// What is drawn for leather, books and maps, travel gear, and what nobody has drawn yet.
#include "still_life.h"

namespace frontend {
namespace {

void shadow(Drawing& draw, int x, int half) {
  draw.fill("#1b0f08").cover(20).ellipse(x + 10, 411, half, 9);
}

void compass_rose(Drawing& draw, int x, int y, int reach, std::string_view light,
                  std::string_view deep) {
  draw.open(x, y);
  draw.fill(deep).path("M0,%L%,%L0,%L%,%ZM%,0L%,%L%,0L%,%Z", -reach, reach / 6, -reach / 6, reach,
                       -reach / 6, reach / 6, reach, reach / 6, reach / 6, -reach, -reach / 6,
                       -reach / 6);
  draw.fill(light).path("M0,%L%,%L0,0ZM0,%L%,%L0,0Z", -reach, -reach / 6, -reach / 6, reach,
                        reach / 6, reach / 6);
  draw.close();
}

// Leather.

void draw_satchel(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(92, 112);
  const int top = dice.between(222, 248);
  const int flap = dice.between(70, 100);
  shadow(draw, 200, half + 18);
  draw.line(shade(palette.main, -18), 13)
      .path("M%,%C%,% %,% %,%", 212 - half, top + 10, 190 - half, top - 160, 210 + half, top - 160,
            188 + half, top + 10);
  draw.fill(shade(palette.main, -14)).rect(200 - half, top, 2 * half, 410 - top, 16);
  draw.fill(palette.main)
      .path("M%,%q0,-20 20,-20h%q20,0 20,20v%q0,30 -34,34H%q-34,-4 -34,-34z", 194 - half, top + 14,
            2 * half - 28, flap, 228 - half);
  draw.line(palette.second, 2)
      .path("M%,%v%q2,24 26,28h%q24,-4 26,-28v%", 202 - half, top + 20, flap - 8, 2 * half - 56,
            8 - flap);
  const int straps = dice.between(1, 2);
  for (int strap = 0; strap < straps; ++strap) {
    const int x = straps == 1 ? 200 : 200 - half / 2 + strap * half;
    draw.fill(palette.second).rect(x - 10, top + 30, 20, flap + 56, 6);
    draw.line(palette.accent, 4).rect(x - 13, top + flap + 26, 26, 22, 4);
    draw.line(palette.accent, 4).path("M%,%v12", x, top + flap + 32);
  }
}

void draw_pouf(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(112, 128);
  const int high = dice.between(108, 128);
  const int top = 408 - high;
  shadow(draw, 200, half);
  draw.fill(palette.main)
      .path("M%,%C%,% %,408 200,408S%,% %,%Z", 200 - half, top + 20, 190 - half, top + 96,
            226 - half, 210 + half, top + 96, 200 + half, top + 20);
  draw.fill(shade(palette.main, -18));
  for (const int side : {-1, 1}) {
    draw.path("M%,%Q%,% %,404L%,408Q%,% %,%Z", 200 + side * 40, top + 40, 200 + side * 66, top + 80,
              200 + side * 40, 200, 200 + side * 34, top + 84, 200 + side * 16, top + 46);
  }
  draw.fill(palette.second).ellipse(200, top + 18, half, 44);
  draw.open_inside("M%,%a%,44 0 1 0 %,0a%,44 0 1 0 %,0z", 200 - half, top + 18, half, 2 * half,
                   half, -2 * half);
  const int petals = dice.between(8, 12);
  draw.line(shade(palette.second, -30), 2);
  for (int x = 0; x <= petals; ++x) {
    draw.path("M200,%L%,%", top + 18, 200 - half + x * 2 * half / petals,
              x % 2 == 0 ? top - 40 : top + 90);
  }
  draw.fill(palette.accent).ellipse(200, top + 18, 46, 17);
  draw.fill(palette.main).ellipse(200, top + 18, 34, 12).fill(palette.accent);
  draw.path("M200,%l12,6l-12,6l-12,-6z", top + 12);
  draw.close();
  draw.line(palette.accent, 3).ellipse(200, top + 18, half - 3, 42);
}

void draw_journal(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(80, 94);
  const int top = dice.between(176, 202);
  const int lean = dice.between(-7, 7);
  shadow(draw, 200, half + 20);
  draw.open(200, 404, lean);
  const int high = 404 - top;
  draw.fill("#efe3c8").rect(10 - half, 6 - high, 2 * half - 4, high - 8, 4);
  draw.line("#cdbb95", 2)
      .path("M%,%v%M%,%v%", half - 1, 14 - high, high - 28, half + 3, 14 - high, high - 28);
  draw.fill(palette.main).rect(-half, -high, 2 * half - 6, high, 10);
  draw.fill(shade(palette.main, -22)).rect(-half, -high, 26, high, 10);
  draw.line(palette.second, 2).rect(34 - half, 12 - high, 2 * half - 52, high - 24, 6);
  if (dice.once_in(2)) {
    compass_rose(draw, 10, -high / 2, 46, palette.accent, palette.second);
  } else {
    draw.line(palette.accent, 3).circle(10, -high / 2, 38);
    draw.line(palette.accent, 3).path("M-18,%l28,-40l28,40l-28,40z", -high / 2);
  }
  draw.fill(palette.second).rect(half - 44, -high - 4, 12, high + 8, 3);
  draw.close();
}

// Books and maps.

void draw_stack(Drawing& draw, Dice& dice, const Palette& palette) {
  const std::string_view colours[] = {palette.main, palette.accent, "#2f4a56", "#5b3a2a",
                                      "#68713f"};
  const int count = dice.between(4, 6);
  const int first = dice.between(0, 4);
  shadow(draw, 200, 128);
  int y = 410;
  for (int book = 0; book < count; ++book) {
    const int thick = dice.between(28, 44);
    const int half = dice.between(92, 122);
    const int x = 200 - half + dice.between(-12, 12);
    const auto cover = colours[(first + book) % 5];
    y -= thick;
    draw.fill(cover).rect(x, y, 2 * half, thick, 4);
    draw.fill(palette.second).rect(x + 2 * half - 26, y + 5, 28, thick - 10);
    draw.fill(shade(cover, -20)).rect(x, y + thick - 6, 2 * half - 24, 6, 3);
    draw.fill(palette.second).rect(x + 18, y, 5, thick).rect(x + 28, y, 3, thick);
    draw.rect(x + half - 34, y + thick / 2 - 3, dice.between(40, 74), 5, 2);
  }
  if (dice.once_in(2)) {  // spectacles on top
    draw.line(palette.dark, 4).circle(176, y - 16, 17).circle(222, y - 16, 17);
    draw.line(palette.dark, 4).path("M193,%q6,-7 12,0M239,%l22,8", y - 18, y - 18);
  } else {
    draw.fill(palette.accent).path("M250,%h20v52l-10,-10l-10,10z", y + 4);
  }
}

void draw_row_of_books(Drawing& draw, Dice& dice, const Palette& palette) {
  const std::string_view colours[] = {palette.main, "#2f4a56", palette.accent,
                                      "#5b3a2a",    "#68713f", palette.second};
  shadow(draw, 200, 136);
  int x = dice.between(66, 78);
  int book = dice.between(0, 5);
  while (x < 268) {
    const int wide = dice.between(26, 46);
    const int high = dice.between(150, 214);
    const auto cover = colours[book++ % 6];
    const auto mark = cover == palette.second ? palette.main : palette.second;
    draw.fill(cover).rect(x, 410 - high, wide, high, 4);
    draw.fill(shade(cover, -18)).rect(x + wide - 7, 410 - high, 7, high, 3);
    draw.fill(mark).rect(x, 428 - high, wide, 4).rect(x, 436 - high, wide, 2).rect(x, 388, wide, 4);
    draw.path("M%,%l6,9l-6,9l-6,-9z", x + wide / 2 - 2, 404 - high / 2 - 20);
    x += wide + 2;
  }
  draw.open(x + 46, 408, -14);
  draw.fill(palette.main).rect(-34, -190, 36, 190, 4).fill(palette.accent);
  draw.rect(-34, -172, 36, 5).rect(-34, -30, 36, 5).close();
}

void draw_map(Drawing& draw, Dice& dice, const Palette& palette) {
  const std::string_view ink = "#5a3f28";
  draw.fill("#1b0f08").cover(20).rect(72, 130, 274, 270, 4);
  draw.fill(palette.second).rect(66, 118, 268, 274, 2);
  draw.open_inside("M66,118H334V392H66Z");
  const int coast = dice.between(130, 210);
  draw.fill("#b9d0cc").path("M66,118H%C%,200 %,230 %,300S%,370 %,400H66Z", coast, coast + 40,
                            coast - 50, coast - 8, coast + 24, coast - 20);
  draw.line(ink, 2).cover(35).path(
      "M66,186H334M66,254H334M66,322H334M133,118V392M200,118V392M267,"
      "118V392");
  draw.line(ink, 3).path("M%,118C%,200 %,230 %,300S%,370 %,400", coast, coast + 40, coast - 50,
                         coast - 8, coast + 24, coast - 20);
  for (int hill = dice.between(3, 5); hill > 0; --hill) {
    const int x = dice.between(230, 310);
    const int y = dice.between(160, 350);
    draw.fill(shade(palette.second, -16)).path("M%,%l16,-26l16,26z", x - 16, y);
    draw.line(ink, 2).path("M%,%l16,-26l16,26", x - 16, y);
  }
  draw.close();
  const int from = dice.between(150, 190);
  const int until = dice.between(250, 300);
  draw.fill(palette.main);
  for (int step = 0; step <= 10; ++step) {  // the caravan's road
    draw.circle(from + (until - from) * step / 10, 350 - step * 16 + (step % 4 < 2 ? 7 : -7), 4);
  }
  draw.path("M%,%c-22,-26 -12,-44 0,-44s22,18 0,44z", until, 184);
  draw.fill(palette.second).circle(until, 156, 6);
  const int rose_x = dice.between(104, 124);
  compass_rose(draw, rose_x, dice.between(330, 346), 34, palette.main, ink);
  draw.fill("#8a5a34").rect(52, 104, 296, 17, 8).rect(52, 388, 296, 17, 8);
  draw.fill("#a97446").rect(52, 104, 296, 6, 3).rect(52, 388, 296, 6, 3);
}

// Travel gear.

void draw_trunk(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(112, 128);
  const int top = dice.between(246, 274);
  shadow(draw, 200, half + 8);
  draw.line(palette.dark, 10).path("M164,%c0,-34 72,-34 72,0", top);
  draw.fill(palette.main).rect(200 - half, top, 2 * half, 408 - top, 14);
  draw.fill(shade(palette.main, -16)).rect(200 - half, 340, 2 * half, 68, 14);
  draw.fill(palette.second)
      .rect(224 - half, top, 20, 408 - top)
      .rect(156 + half, top, 20, 408 - top);
  draw.fill(shade(palette.main, -34)).rect(200 - half, 326, 2 * half, 6);
  draw.fill(palette.accent).rect(182, 314, 36, 30, 5).fill(palette.dark).circle(200, 327, 5);
  draw.fill(palette.accent);
  for (const int x : {196 - half, 180 + half}) {
    draw.rect(x, top - 3, 24, 22, 6).rect(x, 390, 24, 22, 6);
  }
  draw.open(262, top + 36, dice.between(-18, 18));
  draw.fill("#f1e4c6").rect(-26, -18, 52, 34, 3).fill(palette.accent).rect(-26, -6, 52, 9).close();
  draw.open(144, 374, dice.between(-16, 16));
  draw.fill("#e9d7ae").circle(0, 0, 20).line(palette.dark, 2).path("M-12,6l12,-18l12,18z").close();
}

void draw_compass(Drawing& draw, Dice& dice, const Palette& palette) {
  const int radius = dice.between(104, 118);
  const int y = 408 - radius;
  shadow(draw, 200, radius - 16);
  draw.line("#94691f", 9).circle(200, y - radius - 20, 17);
  draw.fill("#94691f").rect(190, y - radius - 12, 20, 18, 4).circle(200, y, radius);
  draw.fill("#d9b45e").circle(200, y, radius - 5).fill("#b58a35").circle(200, y, radius - 15);
  draw.fill("#f6eeda").circle(200, y, radius - 20);
  draw.open_motif().line("#5a4a34", 3).path("M0,%v9", 25 - radius).close_motif();
  for (int mark = 0; mark < 24; ++mark) {
    draw.again(200, y, mark * 15);
  }
  compass_rose(draw, 200, y, radius - 38, palette.second, "#7d6a4c");
  draw.open(200, y, dice.between(15, 75));
  draw.fill(palette.main).path("M0,%L11,0H-11Z", 34 - radius);
  draw.fill(palette.dark).path("M0,%L11,0H-11Z", radius - 34).close();
  draw.fill(palette.accent).circle(200, y, 8);
  draw.line("#ffffff", 6)
      .cover(50)
      .path("M%,%A%,% 0 0 1 %,%", 216 - radius + 12, y - 20, radius - 24, radius - 24, 180,
            y - radius + 30);
}

void draw_canteen(Drawing& draw, Dice& dice, const Palette& palette) {
  const int radius = dice.between(92, 104);
  const int y = 408 - radius;
  shadow(draw, 200, radius - 10);
  draw.line(shade(palette.main, -24), 12)
      .path("M%,%C%,60 %,60 %,%", 204 - radius, y - 20, 110 - radius / 2, 290 + radius / 2,
            196 + radius, y - 20);
  draw.fill("#8b8577").rect(178, y - radius - 34, 44, 44, 5);
  draw.fill("#a9a293").rect(172, y - radius - 46, 56, 20, 6);
  draw.fill(palette.main).circle(200, y, radius).fill(shade(palette.main, 14));
  draw.circle(200, y, radius - 14);
  draw.open_inside("M%,%a%,% 0 1 0 %,0a%,% 0 1 0 %,0z", 214 - radius, y, radius - 14, radius - 14,
                   2 * radius - 28, radius - 14, radius - 14, 28 - 2 * radius);
  draw.fill(palette.second).rect(80, y - 22, 240, 44).fill(palette.accent);
  const int step = dice.between(26, 34);
  for (int x = 200 - 3 * step; x <= 200 + 3 * step; x += step) {
    draw.path("M%,%l10,13l-10,13l-10,-13z", x, y - 13);
  }
  draw.fill("#1b0f08").cover(15).path("M%,%a%,% 0 0 1 0,%h80v%z", 216, y - radius, radius, radius,
                                      2 * radius, -2 * radius);
  draw.close();
  draw.line(palette.second, 2).circle(200, y, radius - 8);
}

void draw_bedroll(Drawing& draw, Dice& dice, const Palette& palette) {
  const int radius = dice.between(58, 68);
  const int y = 408 - radius;
  shadow(draw, 200, 140);
  draw.fill(palette.main).rect(84, y - radius, 230, 2 * radius, 24);
  draw.fill(shade(palette.main, -18)).rect(84, y + radius / 3, 230, radius * 2 / 3, 20);
  for (int stripe = dice.between(2, 4); stripe > 0; --stripe) {
    draw.fill(stripe % 2 == 0 ? palette.second : palette.accent);
    draw.rect(136 + stripe * 34, y - radius, dice.between(8, 16), 2 * radius);
  }
  draw.fill(shade(palette.main, -8)).ellipse(94, y, radius / 2, radius);
  draw.line(palette.second, 4).ellipse(94, y, radius / 2 - 8, radius - 14);
  draw.line(palette.second, 4).ellipse(94, y, radius / 4 - 3, radius / 2 - 6);
  draw.fill("#5f3a22").rect(146, y - radius - 4, 15, 2 * radius + 8, 5);
  draw.rect(274, y - radius - 4, 15, 2 * radius + 8, 5);
  draw.line(palette.accent, 4).rect(143, y - 14, 21, 24, 4).rect(271, y - 14, 21, 24, 4);
  draw.line("#5f3a22", 9)
      .path("M154,%C160,% 276,% 282,%", y - radius, y - radius - 72, y - radius - 72, y - radius);
}

void draw_parcel(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(92, 116);
  const int top = dice.between(250, 280);
  shadow(draw, 200, half + 14);
  draw.fill(palette.main).rect(200 - half, top, 2 * half, 408 - top, 6);
  draw.fill(shade(palette.main, 16)).path("M%,%l24,-30h%l24,30z", 200 - half, top, 2 * half - 48);
  draw.line(palette.accent, 6)
      .path("M200,%V408M%,%H%", top - 30, 200 - half, (top + 408) / 2, 200 + half);
  draw.line(palette.accent, 6).path("M200,%c-50,-50 -60,10 0,0c60,10 50,-50 0,0", top - 30);
}

}  // namespace

std::vector<Thing> leather() {
  return {{draw_satchel, false, {"satchel", "bag", "tote", "case", "apron"}},
          {draw_pouf, false, {"pouf", "ottoman", "slipper"}},
          {draw_belt, false, {"belt", "cable"}},
          {draw_journal, false, {"journal", "wallet", "mat", "roll", "notebook"}}};
}

std::vector<Thing> books() {
  return {{draw_map, true, {"map", "atlas"}},
          {draw_stack, false, {"tales", "handbook", "phrasebook", "picture", "reader"}},
          {draw_row_of_books, false, {"history", "book-of", "guide", "calendar"}}};
}

std::vector<Thing> travel() {
  return {{draw_tent, false, {"tent", "hammock"}},
          {draw_compass, false, {"compass", "altimeter", "astrolabe"}},
          {draw_canteen, false, {"bottle", "flask", "canteen"}},
          {draw_bedroll, false, {"sleeping", "mat", "blanket", "sack", "rucksack"}},
          {draw_trunk, false, {"trunk", "duffel", "case", "cubes", "kitchen", "wallet"}}};
}

std::vector<Thing> parcels() { return {{draw_parcel, false, {}}}; }

}  // namespace frontend
