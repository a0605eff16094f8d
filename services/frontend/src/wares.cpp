// Further things that several lists show: each is drawn for the products whose names ask for it.
#include "still_life.h"

namespace frontend {
namespace {

void shadow(Drawing& draw, int x, int half) {
  draw.fill("#1b0f08").cover(20).ellipse(x + 10, 411, half, 9);
}

}  // namespace

void draw_mug(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(58, 72);
  const int top = dice.between(258, 288);
  shadow(draw, 206, half + 26);
  draw.line(shade(palette.main, -12), 15);
  draw.path("M%,%C%,% %,% %,%", 196 + half, top + 30, 262 + half, top + 24, 258 + half, top + 112,
            194 + half, top + 98);
  draw.open_inside("M%,%H%V384Q%,408 %,408H%Q%,408 %,384Z", 200 - half, top, 200 + half, 200 + half,
                   176 + half, 224 - half, 200 - half, 200 - half);
  draw.fill(palette.main).rect(100, top, 200, 160);
  draw.fill(palette.second).rect(100, top + 38, 200, 44).fill(palette.accent);
  const int step = dice.between(22, 30);
  for (int x = 200 - 3 * step; x <= 200 + 3 * step; x += step) {
    draw.path("M%,%l9,14l-9,14l-9,-14z", x, top + 46);
  }
  draw.fill("#1b0f08").cover(16).rect(200 + half / 3, top, 120, 160);
  draw.close();
  draw.fill(shade(palette.main, 24)).ellipse(200, top, half, 11);
  draw.fill("#4a2a18").ellipse(200, top + 2, half - 8, 7);
}

void draw_tile(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(62, 70);
  const int petals = 4 * dice.between(2, 3);
  const int reach = dice.between(36, 48);
  draw.fill("#1b0f08").cover(20).rect(212 - 2 * half, 402 - 4 * half, 4 * half, 4 * half, 4);
  draw.fill(shade(palette.main, -28))
      .rect(198 - 2 * half, 390 - 4 * half, 4 * half + 4, 4 * half + 4);
  draw.open_motif().fill(palette.second).rect(2 - half, 2 - half, 2 * half - 4, 2 * half - 4, 2);
  draw.fill(palette.main);
  for (int turn = 0; turn < petals; ++turn) {  // points on eight or twelve sides of a circle
    draw.open(0, 0, turn * 360 / petals).path("M0,%l9,%l-9,14l-9,-14z", -reach, reach - 22).close();
    draw.fill(palette.main);
  }
  draw.fill(palette.accent).circle(0, 0, 10);
  draw.path("M%,%h20l-20,20zM%,%h-20l20,20zM%,%h20l-20,-20zM%,%h-20l20,-20z", 4 - half, 4 - half,
            half - 4, 4 - half, 4 - half, half - 4, half - 4, half - 4);
  draw.close_motif();
  for (const int y : {392 - 3 * half, 392 - half}) {
    draw.again(200 - half, y).again(200 + half, y);
  }
}

void draw_table_lamp(Drawing& draw, Dice& dice, const Palette& palette) {
  const int wide = dice.between(84, 104);
  const int top = dice.between(120, 146);
  const int belly = dice.between(38, 52);
  draw.fill(palette.second).cover(16).circle(200, top + 70, 168);
  draw.fill(palette.second).cover(22).circle(200, top + 70, 128);
  shadow(draw, 200, 74);
  draw.fill("#b98d3e").rect(194, top + 96, 12, 60);
  draw.fill(palette.accent)
      .path(
          "M184,%C184,% %,% %,346C%,390 230,396 232,400H168C170,396 %,390 "
          "%,346C%,% 216,% 216,%Z",
          top + 146, top + 170, 200 + belly, 290, 200 + belly, 200 + belly, 200 - belly,
          200 - belly, 200 - belly, 290, top + 170, top + 146);
  draw.fill("#ffffff").cover(24).ellipse(200 - belly / 2, 340, 8, 28);
  draw.fill("#b98d3e").rect(156, 398, 88, 12, 5);
  draw.fill(palette.main)
      .path("M%,%H%L%,%H%Z", 200 - wide / 2, top, 200 + wide / 2, 200 + wide, top + 112,
            200 - wide);
  draw.fill(palette.second)
      .path("M%,%H%L%,%H%Z", 196 - wide / 6, top, 204 + wide / 6, 204 + wide / 3, top + 112,
            196 - wide / 3);
  draw.fill(shade(palette.main, -22)).rect(200 - wide, top + 106, 2 * wide, 8, 3);
}

void draw_candle_holder(Drawing& draw, Dice& dice, const Palette& palette) {
  const int top = dice.between(232, 262);
  const int half = dice.between(50, 66);
  draw.fill("#f6d27a").cover(26).circle(200, top - 104, 74);
  shadow(draw, 200, half + 18);
  draw.fill("#f7efdc")
      .rect(186, top - 78, 28, 82, 4)
      .fill("#e4d6b6")
      .rect(204, top - 78, 10, 82, 4);
  draw.fill("#f0a83a").path("M200,%C220,% 214,% 200,%C186,% 180,% 200,%Z", top - 132, top - 104,
                            top - 82, top - 82, top - 82, top - 104, top - 132);
  draw.fill("#fff6da").path("M200,%C208,% 206,% 200,%C194,% 192,% 200,%Z", top - 112, top - 98,
                            top - 86, top - 86, top - 86, top - 98, top - 112);
  draw.fill(palette.main).path("M166,%H234L222,%H178Z", top, top + 24);
  draw.rect(190, top + 20, 20, 366 - top).ellipse(200, top + 58, 26, 13).ellipse(200, 352, 22, 12);
  draw.path("M%,408Q%,376 200,372Q%,376 %,408Z", 200 - half, 204 - half / 2, 196 + half / 2,
            200 + half);
  draw.fill(palette.second).rect(192, top + 24, 6, 342 - top).rect(164, top - 4, 72, 8, 4);
  draw.fill(palette.accent).rect(200 - half, 402, 2 * half, 9, 4).rect(176, top + 55, 48, 5, 2);
}

void draw_belt(Drawing& draw, Dice& dice, const Palette& palette) {
  const int radius = dice.between(82, 98);
  const int y = 404 - radius;
  shadow(draw, 200, radius - 8);
  for (int turn = radius; turn > radius - 54; turn -= 18) {
    draw.fill(shade(palette.main, -30)).circle(200, y, turn);
    draw.fill(palette.main).circle(200, y, turn - 3);
    draw.line(palette.second, 2).circle(200, y, turn - 9);
  }
  draw.fill(palette.niche).circle(200, y, radius - 54);
  draw.fill(palette.main).path("M%,%h118v30h-118z", 200, y + radius - 30);
  draw.line(palette.second, 2).path("M204,%h104", y + radius - 15);
  draw.line(palette.accent, 7).rect(296, y + radius - 38, 40, 46, 8);
  draw.line(palette.accent, 5).path("M298,%h34", y + radius - 15);
}

void draw_tent(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(124, 142);
  const int top = dice.between(214, 240);
  const int back = dice.between(24, 44);
  shadow(draw, 200, half + 10);
  draw.line(palette.dark, 3)
      .path("M%,%L%,404M%,%L%,404", 184, top + 8, 178 - half, 216 + back, top + 8, 222 + half);
  draw.fill(shade(palette.main, -20))
      .path("M200,%L%,%L%,408H200Z", top, 200 + back, top + 6, 200 + half);
  draw.fill(palette.main).path("M200,%L%,408H%Z", top, 200 - half, 168 + half);
  draw.fill(palette.second).path("M200,%L%,408H%Z", top + 54, 200 - half / 3, 200 + half / 3);
  draw.fill(palette.dark).path("M200,%L%,408H%Z", top + 66, 206 - half / 4, 194 + half / 4);
  draw.fill(palette.second)
      .path("M200,%L%,408H%L196,%Z", top + 66, 190 - half / 3, 206 - half / 4, top + 66);
  draw.fill(palette.accent).path("M197,%h3v-44h-3zM200,%l34,10l-34,12z", top + 2, top - 42);
}

}  // namespace frontend
