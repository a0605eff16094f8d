-- The carts of customers and of guests. Prices are what they were when a line was put in; what is asked and charged
-- comes from the product service.

CREATE TABLE carts (
  owner_kind text NOT NULL CHECK (owner_kind IN ('user', 'guest')),
  owner_id   uuid NOT NULL,
  version    bigint NOT NULL DEFAULT 0,  -- counts the changes
  touched_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (owner_kind, owner_id)
);

CREATE INDEX carts_of_guests_by_age ON carts (touched_at) WHERE owner_kind = 'guest';

CREATE TABLE cart_lines (
  owner_kind text NOT NULL,
  owner_id   uuid NOT NULL,
  product_id uuid NOT NULL,
  position   bigint GENERATED ALWAYS AS IDENTITY,  -- oldest first
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  quantity   integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),  -- minor units
  PRIMARY KEY (owner_kind, owner_id, product_id),
  FOREIGN KEY (owner_kind, owner_id) REFERENCES carts ON DELETE CASCADE
);
