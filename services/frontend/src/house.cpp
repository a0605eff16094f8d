// What is drawn for rugs and kilims, lamps and textiles.
#include "still_life.h"

namespace frontend {
namespace {

void shadow(Drawing& draw, int x, int half) {
  draw.fill("#1b0f08").cover(20).ellipse(x + 10, 411, half, 9);
}

// Rugs and kilims.

void fringe(Drawing& draw, int left, int right, int y) {
  draw.open_motif().line("#efe3cb", 3);
  for (int x = 4; x < 44; x += 10) {
    draw.path("M%,0v15", x);
  }
  draw.close_motif();
  for (int x = left; x < right - 30; x += 40) {
    draw.again(x, y);
  }
}

/// One stepped diamond, woven in three colours, around (0, 0).
void stepped_diamond(Drawing& draw, int size, const Palette& palette) {
  const std::string_view colours[] = {palette.second, palette.accent, palette.main, palette.second};
  int reach = size;
  for (const auto colour : colours) {
    const int step = reach / 4;
    if (step < 2) {
      break;
    }
    draw.fill(colour);
    for (int across = 1; across <= 4; ++across) {
      const int up = 5 - across;
      draw.rect(-across * step, -up * step, 2 * across * step, 2 * up * step);
    }
    reach -= size / 4;
  }
}

void rug_medallions(Drawing& draw, Dice& dice, const Palette& palette, int top, int bottom) {
  const int count = dice.between(2, 3);
  const int size = (bottom - top) / (2 * count) - 4;
  draw.open_motif();
  stepped_diamond(draw, size, palette);
  draw.close_motif();
  for (int at = 0; at < count; ++at) {
    draw.again(200, top + (2 * at + 1) * (bottom - top) / (2 * count));
  }
  draw.open_motif().fill(palette.second).path("M0,-14l10,14l-10,14l-10,-14z");
  draw.fill(palette.accent).path("M0,-6l5,6l-5,6l-5,-6z").close_motif();
  for (int at = 0; at <= count; ++at) {
    const int y = top + at * (bottom - top) / count;
    draw.again(142, y).again(258, y);
  }
}

void rug_stripes(Drawing& draw, Dice& dice, const Palette& palette, int top, int bottom) {
  int y = top;
  while (y < bottom) {
    const int deep = dice.between(22, 46);
    const std::string deeper = shade(palette.main, -26);
    const std::string_view colours[] = {palette.main, palette.accent, palette.second, deeper};
    const std::string_view ground = dice.one_of(colours);
    const std::string_view mark = ground == palette.second ? palette.main : palette.second;
    draw.fill(ground).rect(104, y, 192, deep);
    draw.fill(mark).rect(104, y, 192, 3);
    if (deep > 24) {
      const int half = deep / 2 - 5;
      for (int x = 122; x < 300; x += 48) {
        draw.path("M%,%l%,%l%,%l%,%z", x, y + deep / 2 - half + 1, 12, half, -12, half, -12, -half);
      }
    }
    y += deep;
  }
}

void diamonds(Drawing& draw, int step, int reach, std::string_view colour) {
  draw.fill(colour);
  for (int x = -2 * step; x <= 3 * step; x += step) {
    draw.path("M%,%l%,%l%,%l%,%z", x, -reach, reach, reach, -reach, reach, -reach, -reach);
  }
}

void rug_lattice(Drawing& draw, Dice& dice, const Palette& palette, int top, int bottom) {
  const int step = dice.between(36, 52);
  const bool offset = dice.once_in(2);
  draw.open_motif();  // one row
  diamonds(draw, step, step / 2, palette.second);
  diamonds(draw, step, step / 3, palette.accent);
  diamonds(draw, step, 4, palette.second);
  draw.close_motif();
  int row = 0;
  for (int y = top + step / 2; y < bottom + step / 2; y += step, ++row) {
    draw.again(200 - (offset && row % 2 == 1 ? step / 2 : 0), y);
  }
}

void draw_rug(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(96, 112);
  const int left = 200 - half;
  const int bottom = dice.between(414, 440);
  draw.fill("#1b0f08").cover(20).rect(left + 12, 72, 2 * half, bottom - 60, 4);
  fringe(draw, left, 200 + half, bottom);
  draw.fill("#7a5230").rect(left - 26, 56, 2 * half + 52, 9, 4);
  draw.circle(left - 26, 60, 8).circle(226 + half, 60, 8);
  draw.fill(palette.main).rect(left, 60, 2 * half, bottom - 60);
  draw.fill(palette.second).rect(left + 8, 70, 2 * half - 16, bottom - 80);
  draw.fill(palette.accent).rect(left + 12, 74, 2 * half - 24, bottom - 88);
  draw.fill(palette.second);
  for (int y = 82; y < bottom - 26; y += 24) {  // the border's teeth
    draw.path("M%,%l10,9l-10,9zM%,%l-10,9l10,9z", left + 14, y, 186 + half, y);
  }
  const int inset = 28;
  draw.fill(palette.main).rect(left + inset, 88, 2 * (half - inset), bottom - 116);
  draw.open_inside("M%,88H%V%H%Z", left + inset, 200 + half - inset, bottom - 28, left + inset);
  switch (dice.between(1, 3)) {
    case 1: rug_medallions(draw, dice, palette, 92, bottom - 32); break;
    case 2: rug_stripes(draw, dice, palette, 88, bottom - 28); break;
    default: rug_lattice(draw, dice, palette, 88, bottom - 28);
  }
  draw.close();
}

void draw_rolled_rugs(Drawing& draw, Dice& dice, const Palette& palette) {
  const std::string_view colours[] = {palette.main, palette.accent, palette.second};
  const int radius = dice.between(42, 50);
  const int shift = dice.between(0, 2);
  const int up = radius * 17 / 10;
  const int centres[3][2] = {
      {200 - radius - 2, 408 - radius}, {202 + radius, 408 - radius}, {200, 408 - radius - up}};
  shadow(draw, 200, 2 * radius + 16);
  for (int roll = 0; roll < 3; ++roll) {
    const auto colour = colours[(roll + shift) % 3];
    const int x = centres[roll][0];
    const int y = centres[roll][1];
    const auto mark = colour == palette.second ? palette.main : palette.second;
    draw.fill(shade(colour, -24)).circle(x, y, radius).fill(colour).circle(x, y, radius - 4);
    for (int inside = radius - 10; inside > 8;
         inside -= 12) {  // one turn of the roll after another
      draw.fill(mark).circle(x, y, inside).fill(colour).circle(x + 1, y + 1, inside - 5);
    }
    draw.line(shade(colour, -24), 4).path("M%,%h%", x + 4, y + radius - 2, radius - 8);
  }
}

// Lamps.

void glow(Drawing& draw, int x, int y, std::string_view light) {
  draw.fill(light).cover(16).circle(x, y, 172);
  draw.fill(light).cover(20).circle(x, y, 136);
}

void draw_mosaic_lamp(Drawing& draw, Dice& dice, const Palette& palette) {
  const int radius = dice.between(82, 98);
  const int y = dice.between(236, 268);
  const std::string pale = shade(palette.main, 30);
  const std::string_view glass[] = {palette.main, palette.accent, palette.second, "#fff3cf", pale};
  glow(draw, 200, y, palette.second);
  draw.line("#8a6a32", 4).path("M200,0V%", y - radius - 30);
  draw.fill("#b98d3e").path("M166,%C170,% 190,% 192,%H208C210,% 230,% 234,%Z", y - radius + 14,
                            y - radius - 14, y - radius - 8, y - radius - 40, y - radius - 8,
                            y - radius - 14, y - radius + 14);
  draw.fill(palette.second).circle(200, y, radius);
  draw.open_inside("M%,%a%,% 0 1 0 %,0a%,% 0 1 0 %,0z", 200 - radius, y, radius, radius, 2 * radius,
                   radius, radius, -2 * radius);
  const int step = dice.between(24, 30);
  const int first = dice.between(0, 4);
  int row = first;
  for (int line = y - radius + 6; line < y + radius; line += step, ++row) {
    draw.fill(glass[row % 5]);
    for (int x = 200 - 4 * step + (row % 2 == 0 ? step / 2 : 0); x < 200 + 4 * step; x += step) {
      draw.path("M%,%l%,%l%,%l%,%z", x, line - step / 2 - 3, step / 2 - 1, step / 2 + 3,
                1 - step / 2, step / 2 + 3, 1 - step / 2, -step / 2 - 3);
    }
  }
  draw.fill("#ffffff").cover(26).ellipse(200 - radius / 2, y - radius / 3, 18, 34);
  draw.close();
  draw.fill("#b98d3e").rect(172, y + radius - 10, 56, 12, 5).circle(200, y + radius + 12, 12);
  draw.line(palette.main, 3)
      .path("M200,%v46M195,%v40M205,%v40", y + radius + 22, y + radius + 22, y + radius + 22);
}

void draw_lantern(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(56, 70);
  const int top = dice.between(178, 206);
  const int bottom = 384;
  glow(draw, 200, 290, palette.second);
  shadow(draw, 200, half + 24);
  draw.line("#6e5223", 6).circle(200, top - 78, 16);
  draw.fill("#8a6a2e").path("M%,%C%,% 206,% 204,%H196C194,% %,% %,%Z", 186 - half, top, 180,
                            top - 40, top - 40, top - 66, top - 40, 220, top - 40, 214 + half, top);
  draw.fill("#a9853d").path("M%,%C%,% 206,% 202,%H196C194,% %,% %,%Z", 186 - half, top, 160,
                            top - 44, top - 30, top - 66, top - 40, 176, top - 30, 190, top);
  draw.fill(palette.second).rect(200 - half, top, 2 * half, bottom - top);
  const int panes = dice.between(2, 4);
  const int wide = 2 * half / panes;
  for (int pane = 0; pane < panes; ++pane) {
    const int x = 200 - half + pane * wide;
    draw.fill(pane % 2 == 0 ? palette.main : palette.accent).cover(72);
    draw.path("M%,%V%Q%,% %,%Q%,% %,%V%Z", x + 8, bottom - 10, top + 50, x + 8, top + 26,
              x + wide / 2, top + 12, x + wide - 8, top + 26, x + wide - 8, top + 50, bottom - 10);
  }
  draw.fill("#fff6da").path("M200,%C224,% 220,% 200,%C180,% 176,% 200,%Z", 262, 300, 340, 340, 340,
                            300, 262);
  draw.fill("#f0a83a").path("M200,%C212,% 210,% 200,%C190,% 188,% 200,%Z", 296, 312, 336, 336, 336,
                            312, 296);
  draw.fill("#8a6a2e");
  for (int pane = 0; pane <= panes; ++pane) {
    draw.rect(197 - half + pane * wide, top, 6, bottom - top);
  }
  draw.rect(190 - half, top - 4, 2 * half + 20, 12, 5)
      .rect(186 - half, bottom - 6, 2 * half + 28, 14, 5);
  draw.fill("#6e5223").rect(196 - half, bottom + 8, 2 * half + 8, 18, 5);
}

void draw_oil_lamp(Drawing& draw, Dice& dice, const Palette& palette) {
  const int high = dice.between(40, 52);
  const int y = 352;
  glow(draw, 318, 262, palette.second);
  shadow(draw, 190, 100);
  draw.fill("#f6c552").path("M322,%C340,270 336,292 320,302C304,292 304,272 322,%Z", 236, 236);
  draw.fill("#fff6da").path("M321,266C330,284 328,294 320,300C312,294 312,284 321,266Z");
  draw.line("#a9792c", 11).path("M112,%C60,300 44,372 116,366", y - 18);
  draw.fill("#c4953c").path(
      "M104,%C110,% 190,% 230,%C264,% 290,318 302,304H334C326,346 270,% 214,%"
      "C150,% 100,% 104,%Z",
      y - 4, y - high, y - high - 4, y - 16, y - 8, y + 36, y + 40, y + 44, y + 30, y - 4);
  draw.fill("#e2ba66").path("M112,%C120,% 190,% 226,%C250,% 280,330 306,308C290,340 250,% 180,%Z",
                            y - 6, y - high + 10, y - high + 6, y - 8, y, y + 8, y + 6);
  draw.fill("#94691f").rect(150, 388, 90, 9, 4).rect(130, 398, 130, 12, 6);
  draw.fill("#a9792c").path("M142,%C150,% 214,% 222,%Z", y - high + 16, y - high - 24,
                            y - high - 24, y - high + 16);
  draw.circle(182, y - high - 20, 9);
  draw.fill(palette.main);
  for (int x = 130; x < 250; x += dice.between(22, 26)) {
    draw.path("M%,%l7,9l-7,9l-7,-9z", x, y + 2);
  }
}

// Textiles.

void draw_folded(Drawing& draw, Dice& dice, const Palette& palette) {
  const std::string pale_main = shade(palette.main, 34);
  const std::string pale_accent = shade(palette.accent, 40);
  const std::string_view colours[] = {palette.main, palette.second, palette.accent, pale_main,
                                      pale_accent};
  const int layers = dice.between(4, 6);
  const int first = dice.between(0, 4);
  shadow(draw, 200, 132);
  int y = 410;
  for (int layer = 0; layer < layers; ++layer) {
    const int deep = dice.between(30, 42);
    const int half = dice.between(108, 122);
    const int x = 200 - half + dice.between(-4, 4);
    const auto colour = colours[(first + layer) % 5];
    const auto mark = colour == palette.second ? palette.main : palette.second;
    y -= deep;
    draw.fill(colour).rect(x, y, 2 * half, deep, deep / 2 - 1);
    draw.fill(shade(colour, -18)).rect(x + 10, y + deep - 8, 2 * half - 20, 6, 3);
    draw.line(shade(colour, -26), 2).path("M%,%H%", x + 20, y + deep / 2, x + 2 * half - 2);
    if (dice.between(1, 3) > 1) {
      draw.fill(mark);
      const int at = x + dice.between(40, 130);
      draw.rect(at, y, 6, deep).rect(at + 12, y, 14, deep).rect(at + 32, y, 6, deep);
    }
  }
  draw.fill("#efe3cb").path("M150,%c-18,-44 30,-60 50,-26c20,-34 68,-18 50,26z", y + 2);
  draw.fill(palette.accent).path("M192,%h16v14h-16z", y - 16);
}

void draw_hanging_cloth(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(66, 88);
  const int bottom = dice.between(372, 410);
  const int left = 200 - half;
  draw.fill("#7a5230").rect(50, 92, 300, 10, 5).circle(50, 97, 10).circle(350, 97, 10);
  draw.fill("#1b0f08").cover(18).rect(left + 14, 104, 2 * half, bottom - 96);
  draw.line(palette.second, 4);
  for (int x = left + 8; x < 200 + half; x += 16) {
    draw.path("M%,%v24", x, bottom);
  }
  draw.open_inside("M%,92H%C%,200 %,300 %,%H%C%,300 %,200 %,92Z", left, 200 + half, 206 + half,
                   194 + half, 200 + half, bottom, left, left - 6, left + 6, left);
  draw.fill(palette.main).rect(40, 90, 320, 330);
  int y = 128;
  while (y < bottom) {
    const int deep = dice.between(8, 34);
    const int kind = dice.between(1, 3);
    draw.fill(kind == 1 ? palette.accent : palette.second).rect(40, y, 320, deep);
    if (kind != 1 && deep > 20) {
      draw.fill(palette.accent);
      for (int x = left + 6; x < 200 + half; x += 24) {
        draw.path("M%,%l8,%l-8,%l-8,%z", x + 6, y + 3, deep / 2 - 3, deep / 2 - 3, 3 - deep / 2);
      }
    }
    y += deep + dice.between(16, 44);
  }
  draw.fill("#1b0f08").cover(11).rect(left + half / 3, 90, half / 3, 330);
  draw.fill("#1b0f08").cover(11).rect(200 + half / 4, 90, half / 2, 330);
  draw.close();
  draw.fill(shade(palette.main, 16)).rect(left - 2, 88, 2 * half + 4, 18, 8);
}

void draw_cushion(Drawing& draw, Dice& dice, const Palette& palette) {
  const int half = dice.between(106, 120);
  const int y = 408 - half;
  shadow(draw, 200, half + 6);
  draw.open_inside("M%,%Q200,% %,%Q%,% %,%Q200,% %,%Q%,% %,%Z", 200 - half, y - half, y - half + 26,
                   200 + half, y - half, 176 + half, y, 200 + half, y + half, y + half - 14,
                   200 - half, y + half, 224 - half, y, 200 - half, y - half);
  draw.fill(palette.main).rect(70, y - half, 260, 2 * half);
  draw.open_motif();
  stepped_diamond(draw, dice.between(72, 90), palette);
  draw.close_motif().again(200, y);
  draw.open_motif().fill(palette.second).path("M0,-20l14,20l-14,20l-14,-20z");
  draw.fill(palette.accent).path("M0,-8l6,8l-6,8l-6,-8z").close_motif();
  const int far = half - 26;
  draw.again(200 - far, y - far).again(200 + far, y - far).again(200 - far, y + far);
  draw.again(200 + far, y + far);
  draw.fill("#1b0f08").cover(14).path("M%,%V%H%Q%,% %,%Z", 200 + half, y - half, y + half,
                                      200 - half, 180 + half, y + half - 34, 200 + half, y - half);
  draw.close();
  draw.fill(palette.accent);
  for (const int side : {-1, 1}) {  // tassels
    draw.circle(200 + side * half, y - half + 2, 8).circle(200 + side * half, 406, 8);
  }
}

}  // namespace

std::vector<Thing> rugs() {
  return {{draw_rug, true, {"kilim", "rug", "prayer", "carpet"}},
          {draw_rug, true, {}},
          {draw_rolled_rugs, false, {"runner", "roll", "mat"}}};
}

std::vector<Thing> lamps() {
  return {{draw_lantern, false, {"lantern"}},
          {draw_oil_lamp, false, {"oil"}},
          {draw_mosaic_lamp, true, {"mosaic", "pendant", "globe", "paper", "string", "hanging"}},
          {draw_table_lamp, false, {"table-lamp", "reading", "table lamp", "skin"}}};
}

std::vector<Thing> textiles() {
  return {
      {draw_cushion, false, {"cushion", "pillow"}},
      {draw_hanging_cloth,
       true,
       {"scarf", "shawl", "runner", "tapestry", "suzani", "fringe", "trimming", "tassel"}},
      {draw_folded, false, {"blanket", "cover", "towel", "sheet", "napkin", "cloth", "fabric"}}};
}

}  // namespace frontend
