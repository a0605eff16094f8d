#include "demo_store.h"

#include <gtest/gtest.h>

#include "chassis/testing/database.h"
#include "demo_json.h"
#include "product_embedded.h"
#include "product_store.h"

namespace product {
namespace {

TEST(DemoStore, loading_twice_changes_nothing_not_even_what_was_edited) {
  chassis::testing::TestDatabase database{embedded()};
  PostgresProducts products{database.database(), "EUR"};
  const auto demo = demo_catalogue(embedded(), 5, "EUR");
  EXPECT_EQ(load(database.database(), demo), 50);

  ProductEdit edit;
  edit.name = "Renamed by an administrator";
  edit.stock = 1'234;
  products.edit(demo[0].id, edit, {}, "admin");
  products.remove(demo[1].id, {});
  const auto everything = [&] {
    return database.database().read([](chassis::Transaction& transaction) {
      return std::string{transaction
                             .exec("SELECT md5(string_agg(products::text, '' ORDER BY id)) ||"
                                   " (SELECT count(*) FROM stock_movements) FROM products")[0][0]
                             .c_str()};
    });
  };
  const auto before = everything();
  EXPECT_EQ(load(database.database(), demo), 0);
  EXPECT_EQ(everything(), before);
  EXPECT_EQ(load(database.database(), demo_catalogue(embedded(), 6, "EUR")), 10);
}

TEST(DemoStore, the_books_hold_from_the_start) {
  chassis::testing::TestDatabase database{embedded()};
  load(database.database(), demo_catalogue(embedded(), 36, "EUR"));
  database.database().read([](chassis::Transaction& transaction) {
    EXPECT_STREQ(
        transaction
            .exec("SELECT count(*) FROM products WHERE on_hand <> (SELECT "
                  "coalesce(sum(delta), 0) FROM stock_movements WHERE product_id = products.id)")[0]
                                                                                                 [0]
            .c_str(),
        "0");
  });
}

}  // namespace
}  // namespace product
