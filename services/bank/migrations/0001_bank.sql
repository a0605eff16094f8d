-- A bank's books. Amounts are minor units of the one currency of the deployment. No column holds a card number or a
-- security code.

-- What a card was turned into.
CREATE TABLE tokens (
  token      text PRIMARY KEY CHECK (token ~ '^tok_[A-Za-z0-9_-]{32}$'),
  brand      text NOT NULL CHECK (brand ~ '^[a-z]{2,20}$'),
  last4      text NOT NULL CHECK (last4 ~ '^[0-9]{4}$'),
  good_until date NOT NULL,  -- the last day of the card's expiry month
  declines   text CHECK (declines IN ('declined', 'no-funds')),  -- why charges fail; NULL: they are paid
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,  -- a first charge comes before this
  charged_at timestamptz            -- the first charge
);

CREATE INDEX tokens_unused ON tokens (expires_at) WHERE charged_at IS NULL;

CREATE TABLE charges (
  id         uuid PRIMARY KEY,
  reference  text NOT NULL CHECK (length(reference) BETWEEN 1 AND 100),  -- the merchant's own, of any number of charges
  amount     bigint NOT NULL CHECK (amount > 0),
  declines   text CHECK (declines IN ('declined', 'no-funds')),  -- NULL: captured
  refunded   bigint NOT NULL DEFAULT 0,
  brand      text NOT NULL,
  last4      text NOT NULL CHECK (last4 ~ '^[0-9]{4}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT refunds_within_capture
    CHECK (refunded BETWEEN 0 AND CASE WHEN declines IS NULL THEN amount ELSE 0 END)
);

CREATE INDEX charges_by_reference ON charges (reference, created_at);

CREATE TABLE refunds (
  id         uuid PRIMARY KEY,
  charge_id  uuid NOT NULL REFERENCES charges (id),
  amount     bigint NOT NULL CHECK (amount > 0),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX refunds_of_charge ON refunds (charge_id);

-- Every movement of money, numbered without gaps in the order in which they were committed.
CREATE TABLE ledger (
  position   bigint PRIMARY KEY,
  id         uuid NOT NULL UNIQUE,  -- of the charge or the refund
  entry      text NOT NULL CHECK (entry IN ('capture', 'refund')),
  charge_id  uuid NOT NULL REFERENCES charges (id),
  reference  text NOT NULL,
  amount     bigint NOT NULL CHECK (amount > 0),
  balance    bigint NOT NULL CHECK (balance >= 0),  -- captures minus refunds, this entry included
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The ledger's last position and balance. Whoever books holds this row until the commit, so whoever reads the ledger up
-- to its end has missed nothing before it.
CREATE TABLE ledger_head (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  position bigint NOT NULL DEFAULT 0,
  balance  bigint NOT NULL DEFAULT 0 CHECK (balance >= 0)
);

INSERT INTO ledger_head DEFAULT VALUES;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is only ever added to' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is made to go wrong, for tests; all zero: nothing.
CREATE TABLE faults (
  one                     boolean PRIMARY KEY DEFAULT true CHECK (one),
  latency_ms              bigint NOT NULL DEFAULT 0 CHECK (latency_ms BETWEEN 0 AND 30000),
  error_rate              double precision NOT NULL DEFAULT 0 CHECK (error_rate BETWEEN 0 AND 1),
  drop_after_capture_rate double precision NOT NULL DEFAULT 0 CHECK (drop_after_capture_rate BETWEEN 0 AND 1),
  duplicate_rate          double precision NOT NULL DEFAULT 0 CHECK (duplicate_rate BETWEEN 0 AND 1),
  garbage_rate            double precision NOT NULL DEFAULT 0 CHECK (garbage_rate BETWEEN 0 AND 1),
  seed                    bigint NOT NULL DEFAULT 0 CHECK (seed >= 0),
  calls                   bigint NOT NULL DEFAULT 0  -- since they were set: the place in the seed's sequence
);

INSERT INTO faults DEFAULT VALUES;
