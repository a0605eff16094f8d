#include "product_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "category_routes.h"
#include "chassis/listener.h"
#include "chassis/testing/routes.h"
#include "fake_products.h"
#include "product_embedded.h"
#include "product_json.h"

namespace product {
namespace {

using chassis::Method;
using testing::HasSubstr;

class FakeCategories final : public Categories {
 public:
  std::vector<Category> list(std::int64_t after, std::int64_t count) override {
    std::vector<Category> page;
    for (const auto& category :
         {Category{"teas", "Teas", 2, 1}, Category{"rugs", "Rugs and kilims", 0, 3}}) {
      if (category.position > after && static_cast<std::int64_t>(page.size()) < count) {
        page.push_back(category);
      }
    }
    return page;
  }
};

class ProductRoutes : public testing::Test {
 protected:
  ProductRoutes() { shop_.as_admin(); }

  Product add(const std::string& name, std::int64_t price = 100,
              const std::string& category = "teas") {
    return products_->create({name, "", category, {price, "EUR"}, 5}, "test");
  }

  /// The names on all pages of a list, and how many pages there were.
  std::pair<std::vector<std::string>, int> walk(const std::string& query) {
    std::vector<std::string> names;
    std::string cursor;
    int pages = 0;
    do {
      const auto answer =
          shop_.get("/v1/products?" + query + (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_EQ(answer.status, 200) << answer.body;
      if (answer.status != 200) break;
      ++pages;
      chassis::JsonDocument document{answer.body};
      for (const auto& item : document.root().member("items")->items()) {
        names.push_back(item.member("name")->text());
      }
      const auto next = *document.root().member("next_cursor");
      cursor = next.is_null() ? "" : next.text();
    } while (!cursor.empty() && pages < 100);
    return {names, pages};
  }

  static std::string path(const Product& product) { return "/v1/products/" + product.id; }

  /// Runs every effect: keys are the chassis' affair.
  Once once_ = [this](const auto&, auto, const auto& effect) { return effect(*products_); };
  std::shared_ptr<FakeProducts> products_ = std::make_shared<FakeProducts>();
  chassis::Listener listener_{"postgresql://127.0.0.1:1/none"};  // never started
  std::shared_ptr<chassis::Cache> cache_ =
      std::make_shared<chassis::Cache>("test", 100'000, listener_, "product_changed");
  chassis::Routes routes_ = product_routes(products_, once_, cache_);
  chassis::testing::RouteTester shop_{routes_};
};

const std::string kettle_json = R"({"name":"Kettle","description":"It sings.","category":"brass",)"
                                R"("price":{"amount":9900,"currency":"EUR"},"stock":3})";

using Names = std::vector<std::string>;

TEST_F(ProductRoutes, a_created_product_says_where_it_is_and_its_version) {
  const auto answer = shop_.post("/v1/products", kettle_json);
  ASSERT_EQ(answer.status, 201) << answer.body;
  const std::string location{answer.headers.get("Location")};
  EXPECT_EQ(answer.headers.get("ETag"), "\"1\"");
  shop_.as_nobody();
  const auto found = shop_.get(location);
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.body, answer.body);
  EXPECT_THAT(found.body, HasSubstr(R"("price":{"amount":9900,"currency":"EUR"},"stock":3)"));
}

TEST_F(ProductRoutes, only_administrators_change_the_catalogue) {
  const auto kettle = add("Kettle");
  const auto status = [&](Method method, const std::string& target, const std::string& body) {
    return shop_.send(method, target, body, {{"If-Match", "*"}, {"Idempotency-Key", "k"}}).status;
  };
  const std::vector<std::tuple<Method, std::string, std::string>> changes{
      {Method::post, "/v1/products", kettle_json},
      {Method::put, path(kettle), kettle_json},
      {Method::patch, path(kettle), "{}"},
      {Method::del, path(kettle), ""},
      {Method::post, path(kettle) + "/stock", R"({"delta":1,"reason":"found"})"}};
  for (const auto& [method, target, body] : changes) {
    shop_.as_nobody();
    EXPECT_EQ(status(method, target, body), 401) << target;
    shop_.as(chassis::testing::ada);
    EXPECT_EQ(status(method, target, body), 403) << target;
  }
  EXPECT_EQ(products_->find(kettle.id).version, 1);
}

TEST_F(ProductRoutes, a_bad_field_is_named) {
  const auto answer = shop_.post(
      "/v1/products",
      R"({"name":" ","description":"","category":"brass","price":{"amount":1,"currency":"USD"},"stock":1})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("\"/name\""));
  EXPECT_THAT(answer.body, HasSubstr("\"/price/currency\""));
}

TEST_F(ProductRoutes, what_the_caller_has_already_is_not_sent_again) {
  const auto kettle = add("Kettle");
  const auto same = shop_.get(path(kettle), {{"If-None-Match", "\"1\""}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.headers.get("ETag"), "\"1\"");
  EXPECT_EQ(shop_.get(path(kettle), {{"If-None-Match", "\"2\""}}).status, 200);
}

TEST_F(ProductRoutes, a_change_needs_the_version_it_was_made_for) {
  const auto kettle = add("Kettle");
  const auto change = [&](chassis::Headers headers) {
    return shop_.send(Method::patch, path(kettle), R"({"name":"Big kettle"})", std::move(headers));
  };
  EXPECT_EQ(change({}).status, 428);
  EXPECT_EQ(change({{"If-Match", "\"7\""}}).status, 412);
  EXPECT_EQ(change({{"If-Match", "W/\"1\""}}).status, 412);
  const auto changed = change({{"If-Match", "\"1\""}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.headers.get("ETag"), "\"2\"");
  EXPECT_EQ(change({{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(shop_.send(Method::del, path(kettle)).status, 428);
  EXPECT_EQ(shop_.send(Method::del, path(kettle), "", {{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(shop_.send(Method::del, path(kettle), "", {{"If-Match", "\"2\""}}).status, 204);
  EXPECT_EQ(shop_.get(path(kettle)).status, 404);
}

TEST_F(ProductRoutes, a_patch_leaves_what_it_does_not_name) {
  const auto kettle = add("Kettle", 9'900, "brass");
  const auto patch = [&](const std::string& body, const std::string& type) {
    return shop_.send(Method::patch, path(kettle), body,
                      {{"If-Match", "*"}, {"Content-Type", type}});
  };
  EXPECT_EQ(patch(R"({"price":{"amount":8900}})", "application/merge-patch+json").status, 200);
  EXPECT_EQ(patch(R"({"stock":7})", "application/json").status, 200);
  const auto now = products_->find(kettle.id);
  EXPECT_EQ(now.price, (chassis::Money{8'900, "EUR"}));
  EXPECT_EQ(now.stock, 7);
  EXPECT_EQ(now.name, "Kettle");
  EXPECT_EQ(patch("{}", "text/plain").status, 415);
}

TEST_F(ProductRoutes, a_patch_removes_nothing) {
  const auto kettle = add("Kettle");
  const auto answer =
      shop_.send(Method::patch, path(kettle), R"({"name":null})", {{"If-Match", "*"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("\"/name\""));
}

TEST_F(ProductRoutes, a_replacement_is_whole_but_for_the_stock) {
  const auto kettle = add("Kettle");
  const auto put = [&](const std::string& body) {
    return shop_.send(Method::put, path(kettle), body, {{"If-Match", "*"}});
  };
  const auto partial = put(R"({"name":"Pot","price":{"amount":1}})");
  EXPECT_EQ(partial.status, 400);
  for (const auto* missing : {"/description", "/category", "/price/currency"}) {
    EXPECT_THAT(partial.body, HasSubstr(missing));
  }
  EXPECT_EQ(put(R"({"name":"Pot","description":"New","category":"brass",)"
                R"("price":{"amount":1,"currency":"EUR"}})")
                .status,
            200);
  EXPECT_EQ(products_->find(kettle.id).stock, 5);
}

TEST_F(ProductRoutes, more_than_there_is_cannot_go) {
  const auto kettle = add("Kettle");
  const auto move = [&](const std::string& delta) {
    return shop_.post(path(kettle) + "/stock", R"({"delta":)" + delta + R"(,"reason":"count"})");
  };
  EXPECT_EQ(move("-5").status, 200);
  const auto answer = move("-1");
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.body, HasSubstr("urn:serai:problem:out-of-stock"));
  EXPECT_EQ(move("0").status, 400);
}

TEST_F(ProductRoutes, a_list_is_walked_page_by_page_in_every_order) {
  add("Green tea", 300);
  add("Black tea", 100);
  add("White tea", 300);
  add("Rug", 900, "rugs");
  add("Herbal tea", 200);
  for (const auto* limit : {"1", "2", "4", "100"}) {
    const std::string query = std::string{"&limit="} + limit;
    const auto by_price = walk("sort=price" + query).first;
    EXPECT_EQ(by_price.front(), "Black tea");
    EXPECT_EQ(by_price.back(), "Rug");
    EXPECT_EQ(by_price.size(), 5U);
    auto down = walk("sort=-price" + query).first;
    std::reverse(down.begin(), down.end());
    EXPECT_EQ(down, by_price);
    EXPECT_EQ(walk("sort=newest" + query).first.size(), 5U);
  }
  EXPECT_EQ(walk("limit=2").second, 3);
}

TEST_F(ProductRoutes, filters_narrow) {
  add("Green tea", 300);
  add("Black tea", 100);
  add("Rug", 900, "rugs");
  EXPECT_EQ(walk("category=rugs").first, Names{"Rug"});
  EXPECT_EQ(walk("category=none").first, Names{});
  EXPECT_EQ(walk("min_price=100&max_price=100").first, Names{"Black tea"});
  EXPECT_EQ(walk("q=tea&sort=price").first, (Names{"Black tea", "Green tea"}));
}

TEST_F(ProductRoutes, parameters_that_are_wrong_or_unknown_are_named) {
  for (const auto* query : {"sort=name", "limit=0", "limit=101", "min_price=-1", "min_price=x",
                            "colour=red", "cursor=nonsense"}) {
    const auto answer = shop_.get(std::string{"/v1/products?"} + query);
    EXPECT_EQ(answer.status, 400) << query;
    const std::string name{query, std::string{query}.find('=')};
    EXPECT_THAT(answer.body, HasSubstr("\"?" + name + "\"")) << query;
  }
}

TEST_F(ProductRoutes, a_cursor_belongs_to_its_list) {
  add("Green tea", 300);
  add("Black tea", 100);
  const auto page = shop_.get("/v1/products?sort=price&limit=1");
  chassis::JsonDocument document{page.body};
  const auto cursor = document.root().member("next_cursor")->text();
  EXPECT_EQ(shop_.get("/v1/products?sort=price&limit=2&cursor=" + cursor).status, 200);
  EXPECT_EQ(shop_.get("/v1/products?sort=-price&cursor=" + cursor).status, 400);
  EXPECT_EQ(shop_.get("/v1/products?sort=price&category=teas&cursor=" + cursor).status, 400);
}

TEST_F(ProductRoutes, an_answer_is_cut_at_its_size_and_goes_on_on_the_next_page) {
  std::set<std::string> all;
  for (int i = 0; i < 30; ++i) {
    const auto name = "Book " + std::to_string(i);
    all.insert(name);
    std::string text;
    for (std::size_t j = 0; j < description_max; ++j) text += "字";
    products_->create({name, text, "books", {100, "EUR"}, 1}, "test");
  }
  const auto first = shop_.get("/v1/products?limit=30");
  ASSERT_EQ(first.status, 200);
  EXPECT_LE(first.body.size(), chassis::answer_bytes_max);
  const auto [names, pages] = walk("limit=30");
  EXPECT_GT(pages, 1);
  EXPECT_EQ(names.size(), 30U);
  EXPECT_EQ(std::set(names.begin(), names.end()), all);
}

TEST_F(ProductRoutes, a_peer_asks_for_a_whole_cart_at_once) {
  const auto kettle = add("Kettle");
  const auto cup = add("Cup");
  shop_.as_nobody();
  const auto target = "/internal/products?ids=" + kettle.id + "," + cup.id + "," + kettle.id +
                      ",01980000-0000-7000-8000-0000000000ff";
  EXPECT_EQ(shop_.get(target).status, 404);
  shop_.as_peer();
  const auto answer = shop_.get(target);
  ASSERT_EQ(answer.status, 200) << answer.body;
  chassis::JsonDocument document{answer.body};
  EXPECT_EQ(document.root().member("items")->items().size(), 2U);
  EXPECT_EQ(shop_.get("/internal/products").status, 400);
  EXPECT_EQ(shop_.get("/internal/products?ids=" + kettle.id + ",").status, 400);
}

TEST_F(ProductRoutes, a_hundred_of_the_longest_fit_into_a_cart) {
  std::string ids;
  for (std::size_t i = 0; i < ids_max; ++i) {
    std::string name;
    for (std::size_t j = 0; j < name_max; ++j) name += "𝄞";
    ids += (i == 0 ? "" : ",") + add(name).id;
  }
  shop_.as_peer();
  const auto answer = shop_.get("/internal/products?ids=" + ids);
  EXPECT_EQ(answer.status, 200) << answer.body.substr(0, 300);
  EXPECT_LE(answer.body.size(), chassis::answer_bytes_max);
}

TEST_F(ProductRoutes, categories_come_in_their_order_with_their_counts) {
  chassis::testing::RouteTester shop{category_routes(std::make_shared<FakeCategories>())};
  EXPECT_EQ(shop.get("/v1/categories").body,
            R"({"items":[{"slug":"teas","name":"Teas","products":2},)"
            R"({"slug":"rugs","name":"Rugs and kilims","products":0}],"next_cursor":null})");
  const auto first = shop.get("/v1/categories?limit=1");
  chassis::JsonDocument document{first.body};
  const auto rest =
      shop.get("/v1/categories?cursor=" + document.root().member("next_cursor")->text());
  EXPECT_THAT(rest.body, HasSubstr("rugs"));
  EXPECT_THAT(rest.body, testing::Not(HasSubstr("teas")));
}

TEST_F(ProductRoutes, openapi_describes_them) {
  chassis::testing::expect_described(routes_ + category_routes(std::make_shared<FakeCategories>()),
                                     embedded().at("openapi.json"));
}

}  // namespace
}  // namespace product
