#include "product_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "category_store.h"
#include "chassis/cache.h"
#include "chassis/listener.h"
#include "chassis/testing/database.h"
#include "product_embedded.h"

namespace product {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Transaction;

const std::string who = "01980000-0000-7000-8000-0000000000aa";
const std::string nowhere = "01980000-0000-7000-8000-0000000000ff";

class ProductStore : public testing::Test {
 protected:
  template <typename Work>
  auto change(Work work) {
    return database_.database().write([&](Transaction& transaction) {
      PostgresProductChanges changes{transaction, "EUR"};
      return work(changes);
    });
  }
  Product create(const std::string& name, std::int64_t stock = 5) {
    return change([&](ProductChanges& changes) {
      return changes.create({name, "It sings.", "brass", {9'900, "EUR"}, stock}, who);
    });
  }
  Product adjust(const std::string& id, std::int64_t delta) {
    return change([&](ProductChanges& changes) {
      return changes.adjust(id, {delta, "count"}, who);
    });
  }
  std::string ask(const std::string& sql) {
    return database_.database().read(
        [&](Transaction& transaction) { return std::string{transaction.exec(sql)[0][0].c_str()}; });
  }
  static ProductEdit named(const std::string& name) {
    ProductEdit edit;
    edit.name = name;
    return edit;
  }
  template <typename Work>
  static ErrorCode error_of(Work work) {
    try {
      work();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  }

  chassis::testing::TestDatabase database_{embedded()};
  PostgresProducts products_{database_.database(), "EUR"};
};

TEST_F(ProductStore, what_was_created_is_found) {
  const auto made = create("Kupferkessel für Tee", 7);
  const auto found = products_.find(made.id);
  EXPECT_EQ(found.name, "Kupferkessel für Tee");
  EXPECT_EQ(found.slug, "kupferkessel-fur-tee");
  EXPECT_EQ(found.price, (chassis::Money{9'900, "EUR"}));
  EXPECT_EQ(found.stock, 7);
  EXPECT_EQ(found.version, 1);
  EXPECT_EQ(found.image_url, "/pictures/brass/" + made.id + ".svg");
  EXPECT_EQ(error_of([&] { products_.find(nowhere); }), ErrorCode::not_found);
}

TEST_F(ProductStore, many_of_one_name_get_slugs_of_their_own) {
  std::vector<std::future<Product>> made;
  for (int i = 0; i < 8; ++i) {
    made.push_back(std::async(std::launch::async, [&] { return create("Kettle"); }));
  }
  std::set<std::string> slugs;
  for (auto& each : made) slugs.insert(each.get().slug);
  EXPECT_EQ(slugs.size(), 8U);
  EXPECT_TRUE(slugs.contains("kettle"));
  EXPECT_EQ(create("茶").slug, "product");
}

TEST_F(ProductStore, a_category_that_is_none_is_refused) {
  EXPECT_EQ(error_of([&] {
              change([](ProductChanges& changes) {
                return changes.create({"Kettle", "", "kettles", {1, "EUR"}, 1}, who);
              });
            }),
            ErrorCode::invalid);
  const auto made = create("Kettle");
  ProductEdit edit;
  edit.category = "kettles";
  EXPECT_EQ(error_of([&] { products_.edit(made.id, edit, {}, who); }), ErrorCode::invalid);
}

TEST_F(ProductStore, an_edit_changes_what_it_names_and_counts) {
  const auto made = create("Kettle");
  const auto edited = products_.edit(made.id, named("Big kettle"), 1, who);
  EXPECT_EQ(edited.name, "Big kettle");
  EXPECT_EQ(edited.slug, "kettle");
  EXPECT_EQ(edited.description, made.description);
  EXPECT_EQ(edited.version, 2);
  EXPECT_EQ(products_.edit(made.id, {}, 2, who).version, 2);
  EXPECT_EQ(error_of([&] { products_.edit(made.id, named("Pot"), 1, who); }),
            ErrorCode::precondition_failed);
  EXPECT_EQ(error_of([&] { products_.edit(nowhere, named("Pot"), {}, who); }),
            ErrorCode::not_found);
}

TEST_F(ProductStore, of_many_edits_of_one_version_exactly_one_wins) {
  const auto made = create("Kettle");
  for (std::int64_t round = 1; round <= 5; ++round) {
    std::atomic<int> won{0};
    std::atomic<int> stale{0};
    std::vector<std::thread> admins;
    for (int i = 0; i < 8; ++i) {
      admins.emplace_back([&, i] {
        try {
          products_.edit(made.id, named("Kettle " + std::to_string(i)), round, who);
          ++won;
        } catch (const Error& error) {
          if (error.code() == ErrorCode::precondition_failed) ++stale;
        }
      });
    }
    for (auto& admin : admins) admin.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(stale, 7);
    EXPECT_EQ(products_.find(made.id).version, round + 1);
  }
}

TEST_F(ProductStore, a_removed_product_is_gone_for_everyone) {
  const auto made = create("Kettle");
  EXPECT_EQ(error_of([&] { products_.remove(made.id, 9); }), ErrorCode::precondition_failed);
  products_.remove(made.id, 1);
  EXPECT_EQ(error_of([&] { products_.find(made.id); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { products_.remove(made.id, {}); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { adjust(made.id, 1); }), ErrorCode::not_found);
  EXPECT_TRUE(products_.find_all({made.id}).empty());
  EXPECT_TRUE(products_.list({}, {}, 10).empty());
  EXPECT_EQ(ask("SELECT count(*) FROM products"), "1");
}

TEST_F(ProductStore, the_ledger_says_why_stock_changed) {
  const auto made = create("Kettle", 5);
  EXPECT_EQ(adjust(made.id, 3).stock, 8);
  EXPECT_EQ(adjust(made.id, -8).stock, 0);
  EXPECT_EQ(error_of([&] { adjust(made.id, -1); }), ErrorCode::conflict);
  ProductEdit edit;
  edit.stock = 2;
  EXPECT_EQ(products_.edit(made.id, edit, {}, who).stock, 2);
  EXPECT_EQ(ask("SELECT string_agg(kind || delta, ' ' ORDER BY id) FROM stock_movements"),
            "initial5 received3 adjusted-8 received2");
  EXPECT_EQ(ask("SELECT count(*) FROM stock_movements WHERE actor = '" + who + "'"), "4");
}

TEST_F(ProductStore, a_stock_change_repeated_with_its_key_happens_once) {
  const auto made = create("Kettle", 5);
  const auto once = once_in(database_.database(), "EUR");
  chassis::Request request;
  request.method = chassis::Method::post;
  request.path = "/v1/products/" + made.id + "/stock";
  request.headers.add("Idempotency-Key", "delivery-7");
  request.context.caller = chassis::Caller{who, "admin"};
  const auto add_ten = [&] {
    return once(request, "/v1/products/{id}/stock", [&](ProductChanges& changes) {
      return chassis::ok(std::to_string(changes.adjust(made.id, {10, "delivery"}, who).stock));
    });
  };
  std::vector<std::future<chassis::Response>> answers;
  for (int i = 0; i < 6; ++i) answers.push_back(std::async(std::launch::async, add_ten));
  for (auto& answer : answers) EXPECT_EQ(answer.get().body, "15");
  EXPECT_EQ(products_.find(made.id).stock, 15);
}

TEST_F(ProductStore, the_database_itself_refuses_impossible_stock) {
  create("Kettle", 5);
  const auto refuses = [&](const std::string& set) {
    return error_of([&] {
      database_.database().write(
          [&](Transaction& transaction) { transaction.exec("UPDATE products SET " + set); });
    });
  };
  EXPECT_EQ(refuses("on_hand = -1"), ErrorCode::conflict);
  EXPECT_EQ(refuses("reserved = -1"), ErrorCode::conflict);
  EXPECT_EQ(refuses("reserved = 6"), ErrorCode::conflict);
}

TEST_F(ProductStore, every_change_reaches_the_caches) {
  const auto made = create("Kettle");
  chassis::Listener listener{database_.url()};
  chassis::Cache cache{"test", 100'000, listener, "product_changed"};
  listener.start();
  // What is cached before the listener listens is not kept.
  const auto cached = [&] {
    cache.get(made.id, [] { return std::string{"kettle"}; });
    return cache.peek(made.id).has_value();
  };
  while (!cached()) std::this_thread::yield();
  adjust(made.id, 1);
  while (cache.peek(made.id)) std::this_thread::yield();
  while (!cached()) std::this_thread::yield();
  products_.edit(made.id, named("Pot"), {}, who);
  while (cache.peek(made.id)) std::this_thread::yield();
  while (!cached()) std::this_thread::yield();
  products_.remove(made.id, {});
  while (cache.peek(made.id)) std::this_thread::yield();
}

TEST_F(ProductStore, categories_count_what_is_listed) {
  PostgresCategories categories{database_.database()};
  create("Kettle");
  products_.remove(create("Pot").id, {});
  const auto all = categories.list(0, 100);
  ASSERT_EQ(all.size(), 10U);
  EXPECT_EQ(all.front().slug, "teas");
  for (const auto& category : all) {
    EXPECT_EQ(category.products, category.slug == "brass" ? 1 : 0) << category.slug;
  }
  EXPECT_EQ(categories.list(all[8].position, 100).size(), 1U);
}

}  // namespace
}  // namespace product
