-- Orders, what they are made of, and who buys.

-- What the user service tells about customers, for the events of their orders.
CREATE TABLE buyers (
  user_id   uuid PRIMARY KEY,
  name      text,
  email     text,
  as_of     timestamptz,  -- of the event that told it; events may come in any order
  erased_at timestamptz,  -- whoever was erased does not come back with a late event
  CHECK (erased_at IS NULL OR num_nonnulls(name, email) = 0)
);

CREATE TABLE orders (
  id             uuid PRIMARY KEY,  -- a UUIDv7: a newer one is greater
  customer       uuid NOT NULL,
  request_key    text CHECK (length(request_key) BETWEEN 1 AND 255),  -- NULL once it may be used again
  status         text NOT NULL DEFAULT 'pending'
                 CHECK (status IN ('pending', 'confirmed', 'declined', 'failed', 'cancelling', 'cancelled')),
  currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  total          bigint NOT NULL CHECK (total BETWEEN 0 AND 1000000000000),  -- of the lines; minor units
  tax_percent    smallint NOT NULL CHECK (tax_percent BETWEEN 0 AND 100),
  refund         bigint CHECK (refund BETWEEN 0 AND total),
  payment_status text CHECK (payment_status IN ('captured', 'voided', 'refunded')),
  brand          text,
  last4          text CHECK (last4 ~ '^[0-9]{4}$'),
  bank_reference text,
  ship_name      text,
  ship_street    text,
  ship_postcode  text,
  ship_city      text,
  ship_country   text,
  -- Why it was declined or failed: the problem document that who ordered gets, whenever they ask.
  problem_status  integer CHECK (problem_status BETWEEN 400 AND 499),
  problem_type    text,
  problem_detail  text,
  problem_members text,
  version        bigint NOT NULL DEFAULT 1,  -- counts the changes
  created_at     timestamptz NOT NULL DEFAULT now(),
  confirmed_at   timestamptz,
  cancelled_at   timestamptz,
  updated_at     timestamptz NOT NULL DEFAULT now(),
  -- One request makes one order.
  UNIQUE (customer, request_key),
  CONSTRAINT confirmed_when CHECK ((confirmed_at IS NOT NULL) = (status IN ('confirmed', 'cancelling', 'cancelled'))),
  CONSTRAINT cancelled_when CHECK ((cancelled_at IS NOT NULL) = (status = 'cancelled')),
  CONSTRAINT refunded_when_cancelled CHECK ((refund IS NOT NULL) = (status = 'cancelled')),
  CONSTRAINT problem_when_refused CHECK (
    num_nulls(problem_status, problem_type, problem_detail, problem_members)
      = CASE WHEN status IN ('declined', 'failed') THEN 0 ELSE 4 END),
  CONSTRAINT payment_is_whole CHECK (num_nulls(payment_status, brand, last4, bank_reference) IN (0, 4)),
  CONSTRAINT address_is_whole CHECK (
    num_nulls(ship_name, ship_street, ship_postcode, ship_city, ship_country) IN (0, 5)),
  -- What the customer is told about the money is what became of it.
  CONSTRAINT money_follows_status CHECK (
    CASE status
      WHEN 'confirmed' THEN total = 0 OR coalesce(payment_status, '') = 'captured'
      WHEN 'cancelling' THEN total = 0 OR coalesce(payment_status, '') = 'captured'
      WHEN 'cancelled' THEN total = 0 OR coalesce(payment_status, '') = 'refunded'
      WHEN 'pending' THEN coalesce(payment_status, '') <> 'refunded'
      ELSE coalesce(payment_status, 'voided') = 'voided'
    END)
);

CREATE INDEX orders_of_customers ON orders (customer, id);

CREATE TABLE order_lines (
  order_id   uuid NOT NULL REFERENCES orders (id),
  product_id uuid NOT NULL,
  position   smallint NOT NULL,
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  quantity   integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  unit_price bigint NOT NULL CHECK (unit_price BETWEEN 0 AND 1000000000000),
  PRIMARY KEY (order_id, product_id)
);

-- An order goes one way, and keeps what was agreed.
CREATE FUNCTION guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND NEW.status <> ALL (
    CASE OLD.status
      WHEN 'pending' THEN ARRAY['confirmed', 'declined', 'failed']
      WHEN 'confirmed' THEN ARRAY['cancelling']
      WHEN 'cancelling' THEN ARRAY['cancelled']
      ELSE ARRAY[]::text[]
    END) THEN
    RAISE EXCEPTION 'an order that is % does not become %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.id, NEW.customer, NEW.currency, NEW.tax_percent, NEW.created_at)
     <> (OLD.id, OLD.customer, OLD.currency, OLD.tax_percent, OLD.created_at)
     OR (OLD.status <> 'pending' AND NEW.total <> OLD.total) THEN
    RAISE EXCEPTION 'this of an order does not change' USING ERRCODE = 'check_violation';
  END IF;
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END $$;

CREATE TRIGGER guard_order BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION guard_order();

-- At the end of each transaction an order's total is the sum of its lines.
CREATE FUNCTION check_order_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  about uuid;
BEGIN
  IF TG_TABLE_NAME = 'orders' THEN
    about := NEW.id;
  ELSE
    about := coalesce(NEW.order_id, OLD.order_id);
  END IF;
  IF EXISTS (SELECT FROM orders WHERE id = about AND total <>
             (SELECT coalesce(sum(quantity * unit_price), 0) FROM order_lines WHERE order_id = about)) THEN
    RAISE EXCEPTION 'the total of an order is the sum of its lines' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER order_total AFTER INSERT OR UPDATE OF total ON orders
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_order_total();
CREATE CONSTRAINT TRIGGER order_total AFTER INSERT OR UPDATE OR DELETE ON order_lines
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_order_total();
