#include "kettle_routes.h"

#include <gtest/gtest.h>

#include <map>

#include "chassis/error.h"
#include "chassis/testing/routes.h"
#include "kettle_embedded.h"

namespace kettle {
namespace {

/// Keeps kettles in memory, with the promises written on Kettles.
class FakeKettles final : public Kettles {
 public:
  Kettle put(const std::string& id, const KettleDraft& draft) override {
    check(draft);
    auto& kettle = kettles_.try_emplace(id, Kettle{id, "", {}}).first->second;
    kettle.name = draft.name;
    return kettle;
  }

  Kettle find(const std::string& id) override {
    const auto found = kettles_.find(id);
    if (found == kettles_.end())
      throw chassis::Error{chassis::ErrorCode::not_found, "no such kettle"};
    return found->second;
  }

  std::vector<Kettle> list(const std::string& after, std::int64_t count) override {
    std::vector<Kettle> page;
    for (auto next = kettles_.upper_bound(after); next != kettles_.end(); ++next) {
      if (static_cast<std::int64_t>(page.size()) == count) break;
      page.push_back(next->second);
    }
    return page;
  }

 private:
  std::map<std::string, Kettle> kettles_;
};

class KettleRoutes : public testing::Test {
 protected:
  const std::string one_ = "/v1/kettles/01980000-0000-7000-8000-000000000001";
  const std::string other_ = "/v1/kettles/01980000-0000-7000-8000-000000000002";
  chassis::testing::RouteTester kettles_{routes(std::make_shared<FakeKettles>())};
};

TEST_F(KettleRoutes, what_was_put_can_be_read_by_anyone) {
  kettles_.as(chassis::testing::ada);
  EXPECT_EQ(kettles_.send(chassis::Method::put, one_, R"({"name":"Copper"})").status, 200);
  kettles_.as_nobody();
  const auto answer = kettles_.get(one_);
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find(R"("name":"Copper")"), std::string::npos);
  EXPECT_EQ(kettles_.get(other_).status, 404);
}

TEST_F(KettleRoutes, a_stranger_may_not_put) {
  kettles_.as_nobody();
  EXPECT_EQ(kettles_.send(chassis::Method::put, one_, R"({"name":"Copper"})").status, 401);
  EXPECT_EQ(kettles_.get(one_).status, 404);
}

TEST_F(KettleRoutes, a_bad_body_names_the_field) {
  kettles_.as(chassis::testing::ada);
  const auto answer = kettles_.send(chassis::Method::put, one_, R"({"name":" "})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("/name"), std::string::npos);
}

TEST_F(KettleRoutes, a_list_names_the_next_page_until_the_last) {
  kettles_.as(chassis::testing::ada);
  for (const auto& path : {one_, other_})
    kettles_.send(chassis::Method::put, path, R"({"name":"Copper"})");
  EXPECT_EQ(kettles_.get("/v1/kettles?limit=1").body.find(R"("next_cursor":null)"),
            std::string::npos);
  EXPECT_NE(kettles_.get("/v1/kettles?limit=2").body.find(R"("next_cursor":null)"),
            std::string::npos);
}

TEST_F(KettleRoutes, openapi_describes_them) {
  chassis::testing::expect_described(routes(std::make_shared<FakeKettles>()),
                                     embedded().at("openapi.json"));
}

}  // namespace
}  // namespace kettle
