#include "record_store.h"

#include <thread>

#include "payment_fixture.h"

namespace payment {
namespace {

using chassis::Transaction;

class RecordStore : public PaymentFixture {
 protected:
  std::string captured() {
    const auto id = chassis::new_id();
    return settlement_->charge(id, draft()).id;
  }
  /// Whether the role of the service may do this.
  bool may(const std::string& sql) {
    try {
      database_.database().write([&](Transaction& transaction) { transaction.exec(sql); });
    } catch (const pqxx::insufficient_privilege&) {
      return false;
    }
    return true;
  }
  void age(const std::string& payment_id, const std::string& age) {
    as_owner("UPDATE legal.records SET at = now() - interval '" + age + "' WHERE payment_id = '" +
             payment_id + "'");
    as_owner("UPDATE payments SET created_at = now() - interval '" + age + "' WHERE id = '" +
             payment_id + "'");
  }
  std::int64_t lines(const std::string& payment_id) {
    return ask("SELECT count(*) FROM legal.records WHERE payment_id = '" + payment_id + "'");
  }
};

TEST_F(RecordStore, the_service_can_add_and_read_and_nothing_else) {
  captured();
  EXPECT_TRUE(may("SELECT * FROM legal.records"));
  for (const auto* sql :
       {"UPDATE legal.records SET kind = 'voided'", "DELETE FROM legal.records",
        "TRUNCATE legal.records", "DROP TABLE legal.records", "DROP SCHEMA legal CASCADE",
        "ALTER TABLE legal.records DISABLE TRIGGER ALL", "UPDATE legal.term SET years = 1",
        "CREATE TABLE legal.other ()", "SELECT setval('legal.record_numbers', 1)",
        "CREATE OR REPLACE FUNCTION legal.write() RETURNS trigger LANGUAGE sql AS ''",
        "INSERT INTO legal.records SELECT * FROM legal.records ON CONFLICT (id) DO UPDATE SET "
        "kind = 'voided'"}) {
    EXPECT_FALSE(may(sql)) << sql;
  }
  EXPECT_NO_THROW(require_append_only(database_.database()));
}

TEST_F(RecordStore, a_role_that_could_do_more_is_found_out) {
  const auto& role = database_.runtime_role();
  for (const auto* right : {"UPDATE", "UPDATE (kind)", "DELETE", "TRUNCATE", "TRIGGER"}) {
    const std::string what{right};
    as_owner("GRANT " + what + " ON legal.records TO \"" + role + "\"");
    EXPECT_THROW(require_append_only(database_.database()), std::runtime_error) << what;
    as_owner("REVOKE " + what + " ON legal.records FROM \"" + role + "\"");
    EXPECT_NO_THROW(require_append_only(database_.database()));
  }
  as_owner("GRANT UPDATE ON legal.term TO \"" + role + "\"");
  EXPECT_THROW(require_append_only(database_.database()), std::runtime_error);
  EXPECT_THROW(require_append_only(database_.owner()), std::runtime_error);
}

TEST_F(RecordStore, a_database_without_an_owner_of_its_own_is_refused) {
  EXPECT_THROW(chassis::testing::TestDatabase{embedded()}, std::runtime_error);
}

TEST_F(RecordStore, numbers_times_and_digests_are_not_for_the_writer_to_choose) {
  const auto id = captured();
  database_.database().write([&](Transaction& transaction) {
    transaction.exec(
        "INSERT INTO legal.records (id, payment_id, owner_id, owner_type, user_id, kind, currency,"
        " actor, at, previous, digest) SELECT -1, payment_id, owner_id, owner_type, user_id,"
        " 'refunded', currency, 'peer', '2001-01-01', 'x', 'y' FROM legal.records LIMIT 1");
  });
  const auto records = records_->read(id, "user:" + eve, 0, 100);
  ASSERT_EQ(records.size(), 4);
  for (const auto& record : records) {
    EXPECT_GT(record.number, 0);
    EXPECT_TRUE(record.intact);
  }
  EXPECT_EQ(ask("SELECT count(*) FROM legal.records WHERE at < now() - interval '1 day'"), 0);
}

TEST_F(RecordStore, who_reads_it_is_recorded_with_it) {
  const auto id = captured();
  const auto first = records_->read(id, "user:" + eve, 0, 100);
  ASSERT_EQ(first.size(), 3);
  EXPECT_EQ(first[0].kind, "requested");
  EXPECT_EQ(first[0].actor, "peer");
  EXPECT_EQ(first[0].amount, (chassis::Money{1999, "EUR"}));
  EXPECT_EQ(first[0].last4, std::nullopt);
  EXPECT_EQ(first[1].kind, "captured");
  EXPECT_EQ(first[1].bank_reference, "ch-1");
  EXPECT_EQ(first[1].last4, "4242");
  EXPECT_EQ(first[1].user_id, ada);
  EXPECT_EQ(first[2].kind, "accessed");
  EXPECT_EQ(first[2].actor, "user:" + eve);
  EXPECT_EQ(records_->read(id, "user:" + ada, first[2].number, 100).at(0).actor, "user:" + ada);
  EXPECT_EQ(problem([&] { records_->read(chassis::new_id(), "user:" + eve, 0, 100); }),
            "not-found");
  EXPECT_EQ(ask("SELECT count(*) FROM legal.records WHERE kind = 'accessed'"), 2);
}

TEST_F(RecordStore, what_was_changed_or_taken_out_shows) {
  const auto intact = [&](const std::string& id) {
    std::string text;
    for (const auto& record : records_->read(id, "user:" + eve, 0, 100)) {
      text += record.intact ? '+' : '-';
    }
    return text;
  };
  const auto changed = captured();
  as_owner("UPDATE legal.records SET amount = 1 WHERE kind = 'requested' AND payment_id = '" +
           changed + "'");
  EXPECT_EQ(intact(changed), "-++");
  const auto cut = captured();
  EXPECT_EQ(intact(cut), "+++");
  as_owner("DELETE FROM legal.records WHERE kind = 'captured' AND payment_id = '" + cut + "'");
  EXPECT_EQ(intact(cut), "+-+");
  const auto whole = captured();
  as_owner("DELETE FROM legal.records WHERE kind = 'requested' AND payment_id = '" + whole + "'");
  EXPECT_EQ(intact(whole), "++") << "the first lines are erased first, after the term";
}

TEST_F(RecordStore, readers_at_once_do_not_fork_the_chain) {
  const auto id = captured();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int again = 0; again < 5; ++again) records_->read(id, "user:" + eve, 0, 1);
    });
  }
  for (auto& thread : threads) thread.join();
  const auto records = records_->read(id, "user:" + eve, 0, 100);
  EXPECT_EQ(records.size(), 43);
  for (const auto& record : records) EXPECT_TRUE(record.intact) << record.number;
}

TEST_F(RecordStore, what_is_older_than_the_term_is_erased_and_nothing_younger) {
  const auto old = captured();
  const auto young = captured();
  age(old, "10 years 1 day");
  age(young, "9 years 364 days");
  settlement_->reconcile();
  EXPECT_EQ(records_->erase_expired(), 2);
  EXPECT_EQ(lines(old), 0);
  EXPECT_EQ(lines(young), 2);
  EXPECT_EQ(ask("SELECT count(*) FROM payments"), 1) << "the payment goes with its record";
  EXPECT_EQ(records_->erase_expired(), 0);

  set_term(database_.owner(), 9);
  EXPECT_EQ(records_->erase_expired(), 2);
  EXPECT_EQ(ask("SELECT count(*) FROM payments"), 0);
}

TEST_F(RecordStore, a_term_of_nothing_is_refused) {
  EXPECT_ANY_THROW(set_term(database_.owner(), 0));
  EXPECT_ANY_THROW(set_term(database_.database(), 1));
}

TEST_F(RecordStore, a_payment_that_was_looked_at_lately_stays_as_long_as_that_is_known) {
  const auto id = captured();
  age(id, "11 years");
  settlement_->reconcile();
  records_->read(id, "user:" + eve, 0, 100);
  EXPECT_EQ(records_->erase_expired(), 2);
  EXPECT_EQ(lines(id), 1);
  EXPECT_EQ(ask("SELECT count(*) FROM payments"), 1);
}

}  // namespace
}  // namespace payment
