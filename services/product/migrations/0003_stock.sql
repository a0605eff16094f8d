-- Reservations of stock for orders, and the ledger of every piece that came and went.

CREATE TABLE reservations (
  order_id   uuid PRIMARY KEY,
  -- held: the stock waits for the order. expired: it went back, and may be taken again. committed and
  -- released are final.
  state      text NOT NULL CHECK (state IN ('held', 'expired', 'committed', 'released')),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX reservations_held ON reservations (expires_at) WHERE state = 'held';

CREATE TABLE reservation_lines (
  order_id   uuid NOT NULL REFERENCES reservations (order_id),
  product_id uuid NOT NULL REFERENCES products (id),
  name       text NOT NULL,
  quantity   bigint NOT NULL CHECK (quantity > 0),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),  -- when it was reserved: what is charged
  PRIMARY KEY (order_id, product_id)
);

CREATE INDEX reservation_lines_by_product ON reservation_lines (product_id);

-- For each product the sum of `delta` is what is on hand.
CREATE TABLE stock_movements (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id uuid NOT NULL REFERENCES products (id),
  kind       text NOT NULL CHECK (kind IN ('initial', 'received', 'sold', 'returned', 'adjusted')),
  delta      bigint NOT NULL CHECK (delta <> 0),
  reason     text NOT NULL,
  actor      text NOT NULL,  -- the administrator's id, "order:<id>" or "seed"
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (CASE kind WHEN 'sold' THEN delta < 0 WHEN 'adjusted' THEN true ELSE delta > 0 END)
);

CREATE INDEX stock_movements_by_product ON stock_movements (product_id, id);
