#include "page.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace frontend {
namespace {

chassis::Files files(std::string_view page, std::string_view part = "") {
  return {{"templates/page.mustache", page},
          {"templates/part/part.mustache", part},
          {"assets/style.css", "not a template"}};
}

TEST(Page, text_is_escaped_wherever_it_stands) {
  const auto held = files("<p title=\"{{t}}\">{{t}}</p>");
  const Pages pages{held};
  const auto html = pages.render("page", View{}.text("t", R"(<b>"it's" & </p>)"));
  EXPECT_EQ(html,
            "<p title=\"&lt;b&gt;&quot;it&apos;s&quot; &amp; &lt;/p&gt;\">"
            "&lt;b&gt;&quot;it&apos;s&quot; &amp; &lt;/p&gt;</p>");
}

TEST(Page, text_that_looks_like_a_template_stays_text) {
  const auto held = files("{{t}}");
  EXPECT_EQ(Pages{held}.render("page", View{}.text("t", "{{{t}}} {{> part}}")),
            "{{{t}}} {{&gt; part}}");
}

TEST(Page, nothing_empty_is_shown) {
  const auto held = files("{{#t}}text{{/t}}{{#f}}flag{{/f}}{{#l}}list{{/l}}{{^t}}-{{/t}}");
  const auto view = View{}.text("t", "").flag("f", false).list("l", {});
  EXPECT_EQ(Pages{held}.render("page", view), "-");
}

TEST(Page, a_part_is_put_in_for_each_item_with_its_own_values) {
  const auto held = files("{{#l}}\n{{> part}}\n{{/l}}\n", "<i>{{n}}</i>\n");
  const auto view = View{}.list("l", {View{}.text("n", "1"), View{}.text("n", "2")});
  EXPECT_EQ(Pages{held}.render("page", view), "<i>1</i>\n<i>2</i>\n");
}

TEST(Page, a_broken_template_is_found_at_the_start) {
  const auto open = files("{{#t}}");
  EXPECT_THROW(Pages{open}, std::logic_error);
  const auto missing = files("{{> nobody}}\n");
  EXPECT_THROW(Pages{missing}, std::logic_error);
  const auto endless = files("{{> part}}\n", "{{> part}}\n");
  EXPECT_THROW(Pages{endless}, std::logic_error);
}

TEST(Page, what_the_page_sets_wins_over_what_all_pages_share) {
  View shared;
  shared.text("title", "Serai").text("css", "/style.css");
  const auto held = files("{{title}} {{css}}");
  EXPECT_EQ(Pages{held}.render("page", View{}.text("title", "Tea").with(shared)), "Tea /style.css");
}

}  // namespace
}  // namespace frontend
