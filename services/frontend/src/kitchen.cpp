// What is drawn for teas, spices, ceramics, and brass and copper.
#include "still_life.h"

namespace frontend {
namespace {

void shadow(Drawing& draw, int x, int half) {
  draw.fill("#1b0f08").cover(20).ellipse(x + 10, 411, half, 9);
}

void steam(Drawing& draw, int x, int y) {
  draw.line("#ffffff", 4).cover(55);
  draw.path("M%,%c-12,-20 12,-32 0,-54", x - 16, y);
  draw.line("#ffffff", 4).cover(40);
  draw.path("M%,%c-14,-22 14,-36 0,-64", x + 6, y - 4);
}

void leaf(Drawing& draw, int x, int y, int degrees, std::string_view colour) {
  draw.open(x, y, degrees);
  draw.fill(colour).path("M0,0C6,-18 30,-22 44,-8C34,8 12,10 0,0Z");
  draw.line(shade(colour, 30), 2).path("M2,-1Q22,-6 40,-8");
  draw.close();
}

/// A row of one of four small motifs from x to x + width, centred on y.
void band(Drawing& draw, Dice& dice, int x, int y, int width, std::string_view colour) {
  const int kind = dice.between(1, 4);
  const int step = dice.between(20, 28);
  draw.fill(colour);
  if (kind == 4) {
    draw.rect(x, y - 10, width, 5).rect(x, y + 5, width, 5);
    return;
  }
  for (int at = x + step / 2; at < x + width; at += step) {
    if (kind == 1) {
      draw.path("M%,%l9,11l-9,11l-9,-11z", at, y - 11);
    } else if (kind == 2) {
      draw.circle(at, y, 7);
    } else {
      draw.path("M%,%l%,-20l%,20z", at - step / 2, y + 10, step / 2, step / 2);
    }
  }
}

// Teas.

void tea_glass(Drawing& draw, int x, std::string_view tea, std::string_view dish) {
  shadow(draw, x, 84);
  draw.fill(dish).ellipse(x, 404, 78, 13);
  draw.fill(shade(dish, 24)).ellipse(x, 401, 60, 8);
  draw.open(x - 200, 0);
  draw.fill("#ffffff").cover(38);
  draw.path(
      "M154,262C160,308 177,318 175,338C171,352 163,360 165,378C167,396 184,400 200,400"
      "C216,400 233,396 235,378C237,360 229,352 225,338C223,318 240,308 246,262Z");
  draw.fill(tea).path(
      "M159,286C164,312 180,320 178,338C174,354 167,362 169,377C171,392 186,395 "
      "200,395C214,395 229,392 231,377C233,362 226,354 222,338C220,320 236,312 "
      "241,286Z");
  draw.fill(shade(tea, 22)).ellipse(200, 286, 41, 7);
  draw.line("#ffffff", 4)
      .cover(60)
      .path("M166,276C172,308 186,320 184,340C179,354 175,362 177,376");
  draw.line("#ffffff", 2).cover(80).path("M154,262H246");
  draw.close();
}

void draw_glass(Drawing& draw, Dice& dice, const Palette& palette) {
  const std::string_view teas_of[] = {"#a8401f", "#c4661f", "#8a2d1c", "#b98a2a", "#7f8f2f"};
  const auto tea = dice.one_of(teas_of);
  const bool two = dice.once_in(2);
  if (two) {
    tea_glass(draw, 282, shade(tea, -8), palette.second);
  }
  const int x = two ? 150 : dice.between(180, 215);
  steam(draw, x, 244);
  tea_glass(draw, x, tea, palette.main);
  if (!two) {
    draw.fill("#fffaf0").polygon({300, 402, 318, 394, 336, 402, 318, 410});
    draw.fill("#eadfca").polygon({300, 402, 318, 410, 318, 430, 300, 421});
    draw.fill("#d8c9ad").polygon({336, 402, 318, 410, 318, 430, 336, 421});
  }
}

void draw_pot(Drawing& draw, Dice& dice, const Palette& palette) {
  const int wide = dice.between(84, 102);
  const int high = dice.between(58, 74);
  const int y = 404 - high;
  steam(draw, 302, y - 62);
  shadow(draw, 200, wide + 30);
  draw.line(palette.main, 15)
      .path("M%,%C%,% %,% %,%", 206 - wide, y - 34, 112 - wide, y - 60, 116 - wide, y + 50,
            204 - wide, y + 24);
  draw.fill(palette.main)
      .path("M%,%C%,% 270,% 292,%L312,%C290,% %,% %,%Z", 180 + wide, y + 14, 200 + wide, y, y - 50,
            y - 62, y - 56, y - 10, 220 + wide, y + 50, 170 + wide, y + 44);
  draw.rect(150, 396, 100, 12, 5).ellipse(200, y, wide, high);
  draw.open_inside("M%,%A%,% 0 1 0 %,%A%,% 0 1 0 %,%Z", 200 - wide, y, wide, high, 200 + wide, y,
                   wide, high, 200 - wide, y);
  draw.fill(shade(palette.main, -16)).path("M%,%h%v80h%z", 214, y - 90, wide, -wide);
  draw.rect(214, y - 90, wide, 200).fill(palette.second).rect(90, y - 16, 220, 34);
  band(draw, dice, 90, y + 1, 220, palette.accent);
  draw.fill("#ffffff").cover(26).ellipse(150, y - 30, 16, 26);
  draw.close();
  draw.fill(palette.main)
      .path("M150,%C152,% 248,% 250,%Z", y - high + 12, y - high - 26, y - high - 26,
            y - high + 12);
  draw.fill(palette.second).rect(148, y - high + 8, 104, 7, 3);
  draw.fill(palette.accent).circle(200, y - high - 22, 10);
}

void draw_tin(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(62, 80);
  const int top = dice.between(190, 236);
  shadow(draw, 200, half + 24);
  draw.fill(palette.main).rect(200 - half, top, 2 * half, 410 - top, 8);
  draw.fill(shade(palette.main, -18)).rect(200 + half / 3, top, half - half / 3, 410 - top, 8);
  draw.fill(palette.accent)
      .rect(200 - half, top + 20, 2 * half, 6)
      .rect(200 - half, 388, 2 * half, 6);
  draw.fill(palette.second).ellipse(200, top + 98, half - 16, 52);
  draw.line(palette.accent, 2).ellipse(200, top + 98, half - 22, 46);
  leaf(draw, 198, top + 126, -72, palette.main);
  leaf(draw, 200, top + 124, -30, shade(palette.main, -20));
  leaf(draw, 196, top + 124, -128, shade(palette.main, 18));
  draw.fill(shade(palette.main, -28)).rect(194 - half, top - 20, 2 * half + 12, 34, 6);
  draw.fill(shade(palette.main, 20)).rect(194 - half, top - 20, 2 * half + 12, 7, 3);
  leaf(draw, 288, 424, -12, "#5f7a3a");
  leaf(draw, 320, 436, -160, "#748f45");
}

// Spices.

void bowl(Drawing& draw, int x, int y, int half, std::string_view clay, std::string_view spice) {
  draw.fill(spice).path("M%,%Q%,% %,%Q%,% %,%Z", x - half + 6, y, x - 14, y - half - 8, x,
                        y - half + 4, x + 14, y - half - 8, x + half - 6, y);
  draw.fill(shade(spice, 18))
      .path("M%,%Q%,% %,%Q%,% %,%Z", x - half + 6, y, x - 14, y - half - 8, x, y - half + 4, x - 10,
            y - 16, x - 12, y);
  draw.fill(clay).path("M%,%C%,% %,% %,%C%,% %,% %,%Z", x - half, y, x - half + 4, y + 46, x - 20,
                       y + 52, x, y + 52, x + 20, y + 52, x + half - 4, y + 46, x + half, y);
  draw.fill(shade(clay, -18))
      .path("M%,%C%,% %,% %,%C%,% %,% %,%Z", x + 16, y, x + 20, y + 40, x, y + 50, x, y + 52,
            x + 20, y + 52, x + half - 4, y + 46, x + half, y);
  draw.fill(shade(clay, 22)).rect(x - half - 3, y - 4, 2 * half + 6, 8, 4);
}

void draw_bowls(Drawing& draw, Dice& dice, const Palette& palette) {
  const std::string_view clays[] = {"#8d4a2f", "#6b3a2c", "#3c4f58", "#a8693c", "#54493a"};
  const auto clay = dice.one_of(clays);
  const int half = dice.between(62, 74);
  bowl(draw, 200, 318, half, shade(clay, -12), palette.second);
  shadow(draw, 124, half);
  shadow(draw, 276, half);
  bowl(draw, 272, 358, half - dice.between(0, 8), clay, palette.accent);
  bowl(draw, 128, 358, half - dice.between(0, 8), clay, palette.main);
  draw.fill("#6e3b20").path("M176,430l54,-12l2,7l-54,12z");
  draw.fill("#8a5230").path("M186,442l58,-4l1,7l-58,4z");
  draw.fill(palette.dark);
  for (int grain = dice.between(4, 9); grain > 0; --grain) {
    const int x = dice.between(60, 340);
    const int y = dice.between(424, 452);
    draw.circle(x, y, dice.between(2, 4));
  }
}

void draw_jar(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(60, 76);
  const int top = dice.between(196, 222);
  shadow(draw, 200, half + 22);
  draw.open_inside("M%,%q0,-24 20,-30h%q20,6 20,30V396q0,14 -14,14H%q-14,0 -14,-14Z", 200 - half,
                   top + 30, 2 * half - 40, 214 - half);
  draw.fill("#f6efe2").rect(100, top - 10, 200, 240);
  const std::string_view grains[] = {palette.main, palette.second, palette.accent, "#6b4226",
                                     "#e8d9b4"};
  int y = 412;
  for (int layer = dice.between(3, 5); layer > 0 && y > top + 60; --layer) {
    const int deep = dice.between(30, 52);
    draw.fill(grains[layer % 5]);
    draw.path("M90,%Q150,% 200,%T310,%V%H90Z", y - deep, y - deep - dice.between(0, 12), y - deep,
              y - deep, y + 2);
    y -= deep;
  }
  draw.fill("#ffffff").cover(28).rect(212 - half, top + 26, 13, 150, 6);
  draw.close();
  draw.fill("#b07a48").rect(216 - half, top - 34, 2 * half - 32, 38, 7);
  draw.fill("#8d5c32").rect(216 - half, top - 10, 2 * half - 32, 14, 5);
  draw.fill(palette.dark).cover(88).rect(160, 302, 80, 46, 4);
  draw.line("#f6e7c8", 2).path("M172,318H228M180,332H220");
  draw.fill("#5a3a24").path("M292,420l9,-22l9,22l22,6l-22,6l-9,20l-9,-20l-22,-6z");  // star anise
  draw.fill("#a8703c").circle(301, 426, 6);
}

void draw_sack(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(88, 108);
  const int top = dice.between(262, 284);
  shadow(draw, 200, half + 18);
  draw.fill(palette.main)
      .path("M%,%Q170,% 200,%Q230,% %,%Z", 216 - half, top, top - 66, top - 74, top - 66,
            184 + half, top);
  draw.fill(shade(palette.main, 20))
      .path("M%,%Q170,% 200,%Q190,% 196,%Z", 216 - half, top, top - 66, top - 74, top - 30, top);
  draw.fill("#c9a878").path("M%,%C%,% %,396 %,408H%C%,396 %,% %,%Z", 200 - half, top, 170 - half,
                            top + 60, 188 - half, 214 - half, 186 + half, 212 + half, 230 + half,
                            top + 60, 200 + half, top);
  draw.line("#a98656", 3)
      .path("M%,%q-12,50 2,96M200,%v96M%,%q12,50 -2,96", 160, top + 26, top + 28, 240, top + 26);
  draw.fill("#dec193").rect(190 - half, top - 13, 2 * half + 20, 30, 15);
  draw.fill("#b8935f").rect(190 - half, top + 6, 2 * half + 20, 8, 4);
  draw.fill("#8a5a30").path("M250,%l62,-84l14,10l-60,84z", top - 14);  // the scoop
  draw.fill("#a97040").path("M222,%c18,-30 44,-22 52,2z", top - 8);
  draw.fill(palette.second).circle(150, 436, 6).circle(172, 446, 5).circle(133, 450, 4);
}

// Ceramics.

void draw_vase(Drawing& draw, Dice& dice, const Palette& palette) {
  const int belly = dice.between(70, 104);
  const int neck = dice.between(20, 36);
  const int lip = neck + dice.between(8, 20);
  const int top = dice.between(128, 180);
  const int waist = dice.between(top + 90, 300);
  shadow(draw, 200, belly);
  if (dice.once_in(2)) {  // branches
    draw.line("#6b7d4a", 4)
        .path("M200,%C190,% 160,% 150,%M200,%C210,% 250,% 246,%", top + 10, top - 40, top - 50,
              top - 84, top + 10, top - 30, top - 50, top - 92);
    draw.fill(palette.accent).circle(150, top - 88, 9).circle(168, top - 54, 8);
    draw.circle(246, top - 96, 9).circle(236, top - 56, 8).circle(214, top - 30, 7);
  }
  draw.open_inside("M%,%C%,% %,% %,%C%,% %,404 156,408H244C%,404 %,% %,%C%,% %,% %,%Z", 200 - lip,
                   top, 200 - neck, top + 30, 200 - neck, top + 40, 200 - belly, waist, 184 - belly,
                   waist + 60, 160 - belly / 3, 240 + belly / 3, 216 + belly, waist + 60,
                   200 + belly, waist, 200 + neck, top + 40, 200 + neck, top + 30, 200 + lip, top);
  draw.fill(palette.main).rect(60, 100, 280, 320);
  draw.fill(palette.second).rect(60, waist - 22, 280, 58);
  band(draw, dice, 70, waist + 7, 260, palette.accent);
  draw.fill(palette.second).rect(60, top + 44, 280, 6).rect(60, waist + 56, 280, 5);
  draw.fill("#1b0f08").cover(17).path("M216,100H360V420H190C250,360 236,300 216,100Z");
  draw.fill("#ffffff").cover(30).ellipse(200 - belly / 2, waist - 6, 9, 44);
  draw.close();
  draw.fill(shade(palette.main, -36)).ellipse(200, top, lip, 7);
  draw.line(shade(palette.main, 24), 3).ellipse(200, top, lip, 7);
}

void draw_plate(Drawing& draw, Dice& dice, const Palette& palette) {
  const int petals = 2 * dice.between(4, 8);
  const int length = dice.between(54, 76);
  draw.fill("#6d4a2e").path("M128,412l14,-44h8l-6,44zM272,412l-14,-44h-8l6,44z");
  draw.fill("#1b0f08").cover(18).circle(210, 258, 140);
  draw.fill(palette.main).circle(200, 250, 138).fill(palette.second).circle(200, 250, 130);
  draw.fill(palette.main).circle(200, 250, 112).fill(palette.second).circle(200, 250, 104);
  draw.open_motif()
      .fill(palette.main)
      .path("M0,-22C22,-40 20,% 0,%C-20,% -22,-40 0,-22Z", 10 - length, -length - 16, 10 - length);
  draw.fill(palette.accent).circle(0, -length - 26, 5).close_motif();
  for (int petal = 0; petal < petals; ++petal) {
    draw.again(200, 250, petal * 360 / petals);
  }
  draw.open_motif().fill(palette.accent).path("M0,-127l6,7l-6,7l-6,-7z").close_motif();
  for (int mark = 0; mark < 2 * petals; ++mark) {
    draw.again(200, 250, mark * 180 / petals);
  }
  draw.fill(palette.accent).circle(200, 250, 17).fill(palette.second).circle(200, 250, 8);
  draw.line("#ffffff", 6).cover(35).path("M92,206A116,116 0 0 1 162,140");
}

void draw_bowl(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(108, 132);
  const int top = dice.between(290, 312);
  const std::string_view fruits[] = {"#c9402f", "#e08a2c", "#8f2f45", "#d9a83a"};
  const auto fruit = dice.one_of(fruits);
  shadow(draw, 200, half - 20);
  const int shift = dice.between(-10, 10);
  draw.fill(shade(fruit, -16)).circle(200 + shift, top - 26, 42);
  draw.fill(fruit).circle(146 + shift, top - 10, 40).circle(256 + shift, top - 8, 38);
  draw.fill(shade(fruit, 30)).circle(134 + shift, top - 24, 8).circle(246 + shift, top - 22, 7);
  leaf(draw, 204 + shift, top - 64, -24, "#5f7a3a");
  draw.fill(shade(palette.main, -24)).rect(156, 394, 88, 16, 5);
  draw.open_inside("M%,%C%,% %,402 200,402C%,402 %,% %,%Z", 200 - half, top, 204 - half, top + 70,
                   238 - half / 2, 162 + half / 2, 196 + half, top + 70, 200 + half, top);
  draw.fill(palette.main).rect(40, top, 320, 120);
  draw.fill(palette.second).rect(40, top + 16, 320, 36);
  band(draw, dice, 48, top + 34, 304, palette.accent);
  draw.fill("#1b0f08").cover(17).path("M250,%H360V420H190Q262,380 250,%Z", top, top);
  draw.close();
  draw.fill(shade(palette.main, 22)).rect(196 - half, top - 6, 2 * half + 8, 12, 6);
}

// Brass and copper.

void draw_coffee_pot(Drawing& draw, Dice& dice, const Palette& palette) {
  const int belly = dice.between(66, 84);
  shadow(draw, 200, belly + 30);
  draw.line(palette.accent, 13).path("M%,246C%,232 %,330 %,352", 232, 300, 316, 190 + belly);
  draw.fill(palette.second).path("M172,252C140,236 120,226 84,236C110,246 118,280 176,300Z");
  draw.open_inside(
      "M176,206H224C222,262 %,290 %,344C%,390 236,404 232,410H168C164,404 %,390 %,344"
      "C%,290 178,262 176,206Z",
      200 + belly, 200 + belly, 200 + belly, 200 - belly, 200 - belly, 200 - belly);
  draw.fill(palette.main).rect(90, 200, 220, 212).fill(palette.second);
  draw.path("M90,200H190C176,280 150,300 146,412H90Z");
  draw.fill(palette.accent).rect(90, 244, 220, 8).rect(90, 330, 220, 36);
  band(draw, dice, 96, 348, 208, palette.second);
  draw.fill(palette.accent).cover(45).path("M232,200H320V412H214C256,370 226,280 232,200Z");
  draw.close();
  draw.fill(palette.accent).rect(166, 198, 68, 12, 5);
  draw.fill(palette.main).path("M172,200C176,156 192,160 196,122H204C208,160 224,156 228,200Z");
  draw.fill(palette.second).path("M172,200C176,156 192,160 196,122H199C196,160 186,160 186,200Z");
  draw.circle(200, 116, 10);
}

void draw_tray(Drawing& draw, Dice& dice, const Palette& palette) {
  const int marks = 2 * dice.between(6, 10);
  const int inner = dice.between(40, 60);
  draw.fill("#1b0f08").cover(20).circle(212, 262, 142);
  draw.fill(palette.accent).circle(200, 252, 142).fill(palette.second).circle(200, 252, 138);
  draw.fill(palette.main).circle(200, 252, 124);
  draw.fill(palette.second).cover(55).path("M112,164A124,124 0 0 1 288,164L200,252Z");
  draw.line(palette.accent, 2).circle(200, 252, 110).circle(200, 252, inner + 4);
  draw.open_motif()
      .line(palette.accent, 3)
      .path("M0,%Q26,% 0,-108Q-26,% 0,%", -inner, -inner - 30, -inner - 30, -inner);
  draw.fill(palette.accent).circle(0, -117, 3).close_motif();
  for (int mark = 0; mark < marks; ++mark) {
    draw.again(200, 252, mark * 360 / marks);
  }
  const int points = dice.between(5, 9);
  draw.open_motif()
      .line(palette.accent, 3)
      .path("M0,%L%,0L0,%L%,0Z", -inner + 6, inner / 3, inner - 6, -inner / 3);
  draw.close_motif();
  for (int point = 0; point < points; ++point) {
    draw.again(200, 252, point * 180 / points);
  }
}

void draw_mortar(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(68, 86);
  const int top = dice.between(256, 284);
  shadow(draw, 200, half + 10);
  draw.open(206, top + 30, dice.between(18, 34));
  draw.fill(palette.second).rect(-11, -160, 22, 180, 10).circle(0, -164, 20);
  draw.fill(palette.accent).rect(2, -150, 9, 150, 4).rect(-13, -118, 26, 7, 3);
  draw.close();
  draw.open_inside("M%,%C%,% 164,360 160,384L146,410H254L240,384C236,360 %,% %,%Z", 200 - half, top,
                   206 - half, top + 70, 194 + half, top + 70, 200 + half, top);
  draw.fill(palette.main).rect(90, top, 220, 160).fill(palette.second).rect(90, top, 66, 160);
  draw.fill(palette.accent).rect(90, top + 28, 220, 6).rect(90, top + 66, 220, 6);
  band(draw, dice, 96, top + 50, 208, palette.second);
  draw.fill(palette.accent).cover(40).rect(238, top, 90, 160).fill(palette.accent);
  draw.rect(100, 382, 200, 5).close();
  draw.fill(palette.second).rect(192 - half, top - 8, 2 * half + 16, 16, 8);
  draw.fill(palette.accent).rect(192 - half, top + 2, 2 * half + 16, 6, 3);
}

}  // namespace

std::vector<Thing> teas() {
  return {{draw_glass, false, {"glass", "infusion", "earl"}},
          {draw_tin, false, {"tin", "caddy", "cake"}},
          {draw_pot, false, {"teapot", "set"}}};
}

std::vector<Thing> spices() {
  return {{draw_bowls, false, {"set", "blend", "mix"}},
          {draw_jar, false, {"jar", "salt", "saffron", "ground"}},
          {draw_sack, false, {"bag", "pouch", "whole", "sack"}}};
}

std::vector<Thing> ceramics() {
  return {{draw_pot, false, {"teapot"}},
          {draw_tile, false, {"tile", "zellige"}},
          {draw_bowl, false, {"bowl", "tagine", "basin"}},
          {draw_mug, false, {"mug", "cup"}},
          {draw_plate, false, {"plate", "platter", "dish"}},
          {draw_vase, false, {"vase", "jug", "bottle", "barrel", "bin", "cooler", "pocket"}}};
}

std::vector<Thing> brass() {
  return {{draw_candle_holder, false, {"candle"}},
          {draw_tray, false, {"tray", "plate", "balance", "number"}},
          {draw_coffee_pot, false, {"pot", "kettle", "jug", "ewer", "samovar", "carafe", "milk"}},
          {draw_mortar, false, {"mortar", "pestle", "bell", "casserole"}}};
}

}  // namespace frontend
