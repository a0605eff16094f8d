#include "reservation_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "chassis/listener.h"
#include "chassis/testing/routes.h"

namespace product {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Method;
using testing::HasSubstr;

const std::string tea = "01980000-0000-7000-8000-000000000001";
const std::string cup = "01980000-0000-7000-8000-000000000002";
const std::string order = "/internal/reservations/01980000-0000-7000-8000-0000000000aa";
const std::string other = "/internal/reservations/01980000-0000-7000-8000-0000000000bb";

/// Keeps reservations in memory, with the promises written on Reservations; nothing expires. There
/// are five pieces of each product, at 2.50 each.
class FakeReservations final : public Reservations {
 public:
  Reservation reserve(const std::string& order_id, std::vector<Want> wants) override {
    check(wants);
    const auto found = reservations_.find(order_id);
    if (found != reservations_.end()) {
      if (found->second.state == "released") {
        throw Error{ErrorCode::conflict, "released"}.type("released");
      }
      return found->second;
    }
    std::vector<ShortLine> missing;
    for (const auto& want : wants) {
      const auto left = 5 - taken_[want.product_id];
      if (want.quantity > left) missing.push_back({want.product_id, want.quantity, left});
    }
    if (!missing.empty()) throw out_of_stock(missing);
    Reservation reservation{order_id, "held", chassis::to_time("2026-11-21T08:15:30Z"), {}, {}};
    for (const auto& want : wants) {
      taken_[want.product_id] += want.quantity;
      reservation.lines.push_back({want.product_id, "Thing", want.quantity, {250, "EUR"}});
    }
    reservation.total = total_of(reservation.lines, "EUR");
    return reservations_[order_id] = reservation;
  }

  Reservation commit(const std::string& order_id) override {
    const auto found = reservations_.find(order_id);
    if (found == reservations_.end()) throw Error{ErrorCode::not_found, "no such reservation"};
    found->second.state = "committed";
    return found->second;
  }

  std::vector<std::string> release(const std::string& order_id) override {
    auto& reservation = reservations_[order_id];
    if (reservation.state == "committed") {
      throw Error{ErrorCode::conflict, "committed"}.type("committed");
    }
    reservation.state = "released";
    std::vector<std::string> freed;
    for (const auto& line : reservation.lines) {
      taken_[line.product_id] -= line.quantity;
      freed.push_back(line.product_id);
    }
    reservation.lines.clear();
    return freed;
  }

  bool take_back(chassis::Transaction& /*transaction*/, const std::string& /*id*/) override {
    return false;
  }
  std::int64_t expire(std::int64_t /*most*/) override { return 0; }
  std::int64_t reserved_units() override { return taken_[tea] + taken_[cup]; }

 private:
  std::map<std::string, Reservation> reservations_;
  std::map<std::string, std::int64_t> taken_;
};

class ReservationRoutes : public testing::Test {
 protected:
  ReservationRoutes() { peer_.as_peer(); }

  chassis::Response put(const std::string& path, const std::string& body) {
    return peer_.send(Method::put, path, body);
  }
  static std::string line(const std::string& id, int quantity) {
    return R"({"product_id":")" + id + R"(","quantity":)" + std::to_string(quantity) + "}";
  }
  static std::string lines(const std::string& inside) { return R"({"lines":[)" + inside + "]}"; }

  chassis::Listener listener_{"postgresql://127.0.0.1:1/none"};  // never started
  chassis::testing::RouteTester peer_{reservation_routes(
      std::make_shared<FakeReservations>(),
      std::make_shared<chassis::Cache>("test", 1'000, listener_, "product_changed"))};
};

TEST_F(ReservationRoutes, a_reservation_says_what_will_be_charged) {
  const auto answer = put(order, lines(line(tea, 2)));
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body,
            R"({"order_id":"01980000-0000-7000-8000-0000000000aa","state":"held",)"
            R"("expires_at":"2026-11-21T08:15:30.000000Z","lines":[{"product_id":")" +
                tea +
                R"(","name":"Thing","quantity":2,"unit_price":{"amount":250,"currency":"EUR"}}],)"
                R"("total":{"amount":500,"currency":"EUR"}})");
}

TEST_F(ReservationRoutes, each_short_line_is_named) {
  const auto answer = put(order, lines(line(tea, 6) + "," + line(cup, 5)));
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.body, HasSubstr("urn:serai:problem:out-of-stock"));
  EXPECT_THAT(answer.body, HasSubstr(R"("lines":[{"product_id":")" + tea +
                                     R"(","requested":6,"available":5}])"));
}

TEST_F(ReservationRoutes, bad_lines_are_named) {
  EXPECT_EQ(put(order, R"({"lines":[]})").status, 400);
  EXPECT_THAT(put(order, lines(line(tea, 0))).body, HasSubstr("/lines/0/quantity"));
  EXPECT_THAT(put(order, lines(line("tea", 1))).body, HasSubstr("/lines/0/product_id"));
  EXPECT_EQ(put("/internal/reservations/7", lines(line(tea, 1))).status, 404);
}

TEST_F(ReservationRoutes, sold_pieces_are_not_released) {
  EXPECT_EQ(peer_.post(order + "/commit").status, 404);
  put(order, lines(line(tea, 2)));
  const auto sold = peer_.post(order + "/commit");
  EXPECT_EQ(sold.status, 200);
  EXPECT_THAT(sold.body, HasSubstr(R"("state":"committed")"));
  EXPECT_EQ(peer_.send(Method::del, order).status, 409);
}

TEST_F(ReservationRoutes, released_pieces_can_be_had_by_others) {
  put(order, lines(line(tea, 5)));
  EXPECT_EQ(put(other, lines(line(tea, 1))).status, 409);
  EXPECT_EQ(peer_.send(Method::del, order).status, 204);
  EXPECT_EQ(peer_.send(Method::del, order).status, 204);
  EXPECT_EQ(put(other, lines(line(tea, 1))).status, 201);
}

TEST_F(ReservationRoutes, only_peers_get_in) {
  for (const bool admin : {false, true}) {
    auto* nobody = admin ? &peer_.as_admin() : &peer_.as_nobody();
    EXPECT_EQ(nobody->send(Method::put, order, lines(line(tea, 1))).status, 404);
    EXPECT_EQ(nobody->post(order + "/commit").status, 404);
    EXPECT_EQ(nobody->send(Method::del, order).status, 404);
  }
}

}  // namespace
}  // namespace product
