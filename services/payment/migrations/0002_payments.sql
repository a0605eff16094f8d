-- One payment for each order or booking. Amounts are minor units. No column holds a card number or a card's token.
CREATE TABLE payments (
  id             uuid PRIMARY KEY,             -- the Idempotency-Key of its charge at the bank
  owner_id       uuid NOT NULL UNIQUE,         -- the order or booking, and the bank's reference
  owner_type     text CHECK (owner_type IN ('order', 'booking')),
  user_id        uuid,
  amount         bigint CHECK (amount > 0),
  currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status         text NOT NULL CHECK (status IN ('pending', 'captured', 'declined', 'voided', 'refunded')),
  decline_reason text CHECK (decline_reason IN ('declined', 'no-funds')),
  captured       bigint NOT NULL DEFAULT 0,
  refund_asked   bigint NOT NULL DEFAULT 0,    -- refunds that are pending or done
  refunded       bigint NOT NULL DEFAULT 0,
  brand          text,
  last4          text CHECK (last4 ~ '^[0-9]{4}$'),
  bank_reference text,                         -- the bank's name for the charge that counts; any other is surplus
  token_digest   text,                         -- tells another card from the same one, while the payment is pending
  attempts       integer NOT NULL DEFAULT 0,   -- at charging
  attempted_at   timestamptz,
  unanswered     boolean NOT NULL DEFAULT false,  -- an attempt is under way, or its answer never came
  asked_at       timestamptz NOT NULL DEFAULT now(),
  void_asked_at  timestamptz,                  -- from here on nothing is charged
  watch_until    timestamptz,                  -- a charge may still appear at the bank that nobody counts on
  check_at       timestamptz,                  -- when reconciliation looks next; NULL: everything is settled
  checks         integer NOT NULL DEFAULT 0,   -- in vain so far
  lease          uuid,                         -- whose turn it is to talk to the bank
  leased_until   timestamptz,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  -- What was taken back before it was asked for is known by its owner only.
  CONSTRAINT whole CHECK (status = 'voided' OR (owner_type IS NOT NULL AND user_id IS NOT NULL AND amount IS NOT NULL)),
  CONSTRAINT captured_wholly CHECK (captured = 0 OR (captured = amount AND bank_reference IS NOT NULL)),
  CONSTRAINT status_tells_the_money CHECK (CASE status
    WHEN 'captured' THEN captured > refunded WHEN 'refunded' THEN captured > 0 AND captured = refunded
    WHEN 'voided' THEN captured = refunded ELSE captured = 0 END),
  CONSTRAINT refunds_within_capture CHECK (refunded >= 0 AND refunded <= refund_asked AND refund_asked <= captured),
  CONSTRAINT forgotten_in_the_end CHECK (status = 'pending' OR token_digest IS NULL),
  CONSTRAINT pending_is_not_settled CHECK (status <> 'pending' OR check_at IS NOT NULL)
);

CREATE INDEX payments_of_user ON payments (user_id, id DESC) WHERE user_id IS NOT NULL;
CREATE INDEX payments_to_check ON payments (check_at) WHERE check_at IS NOT NULL;
CREATE INDEX payments_pending ON payments (id) WHERE status = 'pending';
CREATE INDEX payments_by_age ON payments (created_at);

CREATE TABLE refunds (
  id             uuid PRIMARY KEY,             -- the Idempotency-Key at the bank
  payment_id     uuid NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
  -- asked: by a peer. void: the rest, since the payment is taken back. surplus: another charge than the one that counts.
  kind           text NOT NULL CHECK (kind IN ('asked', 'void', 'surplus')),
  bank_reference text NOT NULL,                -- the charge
  amount         bigint NOT NULL CHECK (amount > 0),
  status         text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'refunded', 'refused')),
  created_at     timestamptz NOT NULL DEFAULT now(),
  ended_at       timestamptz
);

CREATE INDEX refunds_of_payment ON refunds (payment_id, created_at);

-- The sums on a payment follow its refunds, so that the payment's constraint bounds them. Surplus is no money of the
-- payment's.
CREATE FUNCTION sum_refunds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind = 'surplus' THEN
    RETURN NULL;
  END IF;
  UPDATE payments SET
    refund_asked = refund_asked + CASE WHEN TG_OP = 'INSERT' THEN NEW.amount
                                       WHEN NEW.status = 'refused' THEN -NEW.amount ELSE 0 END,
    refunded = refunded + CASE WHEN NEW.status = 'refunded' THEN NEW.amount ELSE 0 END,
    status = CASE WHEN NEW.status = 'refunded' AND status = 'captured' AND refunded + NEW.amount = captured
                  THEN 'refunded' ELSE status END,
    updated_at = now()
  WHERE id = NEW.payment_id;
  RETURN NULL;
END $$;

CREATE TRIGGER sum_new AFTER INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION sum_refunds();
CREATE TRIGGER sum_ended AFTER UPDATE OF status ON refunds FOR EACH ROW
  WHEN (OLD.status = 'pending' AND NEW.status <> 'pending') EXECUTE FUNCTION sum_refunds();
