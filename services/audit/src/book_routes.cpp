#include "book_routes.h"

#include <future>
#include <string>
#include <utility>

#include "book_json.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using chassis::Client;
using chassis::Reply;
using std::chrono::milliseconds;

constexpr milliseconds page_time = 10s;  // for one page
constexpr milliseconds retry_pause = 200ms;

/// A book at a peer's route, and how long to wait for it.
class Shelf {
 public:
  Shelf(std::shared_ptr<Client> client, std::string book, std::string path, milliseconds patience,
        Watch& watch)
      : client_{std::move(client)},
        name_{client_->peer(), std::move(book)},
        path_{std::move(path)},
        patience_{patience},
        watch_{&watch} {}

  std::future<Reply> start(const std::string& cursor) const {
    chassis::Call call;
    call.path = path_;
    if (!cursor.empty()) call.path += "&cursor=" + chassis::percent_encoded(cursor);
    call.timeout = page_time;
    return client_->start(call);
  }

  /// The text of the page behind the cursor, asked for again while the peer does not answer.
  std::string wait(std::future<Reply> coming, const std::string& cursor) const {
    const auto end = watch_->elapsed() + patience_;
    std::string first;  // what went wrong; later it may only be that the circuit is open
    while (true) {
      const auto [body, why] = outcome(coming);
      if (why.empty()) return body;
      if (first.empty()) first = why;
      if (watch_->elapsed() >= end) throw unreadable(name_, first);
      watch_->pause(retry_pause);
      coming = start(cursor);
    }
  }

  /// What `form` makes of the text.
  template <typename Form>
  auto read(const std::string& text, Form form) const {
    try {
      return form(text);
    } catch (const chassis::Error& error) {
      throw unreadable(name_, "its answer is not of the agreed form: " + sentence(error));
    }
  }

 private:
  /// The body of a good answer, or why there is none yet.
  std::pair<std::string, std::string> outcome(std::future<Reply>& coming) const {
    Reply reply;
    try {
      reply = coming.get();
    } catch (const chassis::Error& error) {
      return {"", error.what()};
    }
    if (reply.ok()) return {std::move(reply.body), ""};
    const auto status = "it answered " + std::to_string(reply.status);
    const bool passes = reply.status == 429 || reply.status >= 502;
    if (!passes) throw unreadable(name_, status + " at " + path_);
    return {"", status};
  }

  static std::string sentence(const chassis::Error& error) {
    if (error.fields().empty()) return error.what();
    const auto& first = error.fields().front();
    return first.pointer + " " + first.detail;
  }

  std::shared_ptr<Client> client_;
  BookName name_;
  std::string path_;
  milliseconds patience_;
  Watch* watch_;
};

template <typename Row>
Source<Row> source_of(const Shelf& shelf) {
  return [shelf](const std::string& cursor) {
    return std::async(std::launch::deferred,
                      [shelf, cursor, coming = shelf.start(cursor)]() mutable {
                        const auto text = shelf.wait(std::move(coming), cursor);
                        return shelf.read(text, read_page<Row>);
                      });
  };
}

}  // namespace

std::vector<std::unique_ptr<Check>> checks_of(const Peers& peers, milliseconds patience,
                                              Watch& watch) {
  const auto shelf = [&](const auto& client, const char* book, const char* path) {
    return Shelf{client, book, path, patience, watch};
  };
  SaleBooks sales{
      source_of<Order>(shelf(peers.order, "orders", "/internal/books?book=orders&limit=200")),
      source_of<Payment>(
          shelf(peers.payment, "payments", "/internal/books?book=payments&limit=200")),
      source_of<Reservation>(
          shelf(peers.product, "reservations", "/internal/books?book=reservations&limit=200")),
      {}};
  if (peers.bank) {
    sales.ledger = source_of<Entry>(shelf(peers.bank, "ledger", "/v1/ledger?limit=100"));
  }

  std::vector<EventBooks> events;
  for (const auto& peer : {peers.user, peers.product, peers.order, peers.payment}) {
    const auto types = shelf(peer, "inbox", "/internal/inbox?limit=1");
    events.push_back(
        {peer->peer(), source_of<OutboxEvent>(shelf(peer, "outbox", "/internal/outbox?limit=100")),
         source_of<InboxEvent>(shelf(peer, "inbox", "/internal/inbox?limit=100")),
         source_of<DeadLetter>(shelf(peer, "dead letters", "/internal/dead-letters?limit=100")),
         [types] {
           return types.read(types.wait(types.start(""), ""), [](const std::string& text) {
             return chassis::from_json<InboxJson>(text, chassis::Unknown::ignore).consumes;
           });
         }});
  }
  const auto now = [&watch] { return watch.now(); };

  std::vector<std::unique_ptr<Check>> checks;
  checks.push_back(check_sales(sales, now));
  checks.push_back(check_stock(
      source_of<Stock>(shelf(peers.product, "stock", "/internal/books?book=stock&limit=200"))));
  checks.push_back(check_deliveries(events));
  checks.push_back(check_dead_letters(events));
  checks.push_back(check_sagas(
      {{"order", source_of<Saga>(shelf(peers.order, "sagas", "/internal/sagas?limit=100"))}}, now));
  return checks;
}

Skipped skipped_without(const Peers& peers) {
  if (peers.bank) return {};
  const std::string why = "BANK_URL is not set, so the bank cannot be asked";
  return {{Rule::money_bank, why}, {Rule::money_twice, why}};
}

}  // namespace audit
