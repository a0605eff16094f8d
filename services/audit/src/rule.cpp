#include "rule.h"

namespace audit {

std::string_view name(Rule rule) {
  switch (rule) {
    case Rule::money_order: return "money-order";
    case Rule::money_bank: return "money-bank";
    case Rule::money_orphan: return "money-orphan";
    case Rule::money_twice: return "money-twice";
    case Rule::stock_ledger: return "stock-ledger";
    case Rule::stock_order: return "stock-order";
    case Rule::events_delivered: return "events-delivered";
    case Rule::events_dead: return "events-dead";
    case Rule::sagas_stuck: return "sagas-stuck";
  }
  return "";
}

std::string_view where(Rule rule) {
  switch (rule) {
    case Rule::money_order: return "order's row and payment's row of this id";
    case Rule::money_bank:
      return "payment's row of this id and the bank's ledger by this reference";
    case Rule::money_orphan: return "the bank's ledger by this reference, then payment and order";
    case Rule::money_twice: return "the bank's ledger by this reference, payment's reconciliation";
    case Rule::stock_ledger: return "product's stock movements and reservations of this id";
    case Rule::stock_order: return "product's reservation and order's row of this id";
    case Rule::events_delivered: return "the publisher's outbox, the consumer's log, NATS";
    case Rule::events_dead: return "the consumer's dead letters and its log";
    case Rule::sagas_stuck: return "the service's /internal/sagas and its log";
  }
  return "";
}

}  // namespace audit
