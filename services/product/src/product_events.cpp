#include "product_events.h"

#include "product_json.h"

namespace product {

void tell_changed(chassis::Transaction& transaction, const Product& product, bool listed) {
  chassis::publish(transaction, "product.changed", product.id, changed_json(product, listed));
}

void tell_low(chassis::Transaction& transaction, const LowStock& low) {
  chassis::publish(transaction, "stock.low", low.product_id, chassis::to_json(low));
}

}  // namespace product
