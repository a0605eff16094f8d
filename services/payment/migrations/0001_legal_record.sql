-- What the law wants kept of each payment. It belongs to the role that migrates; the role that the service works as can
-- add to it and read it, and nothing else.

DO $$ BEGIN
  IF current_setting('serai.runtime_role') = current_user THEN
    RAISE EXCEPTION 'payment must not own its legal record: DATABASE_OWNER_USER and DATABASE_OWNER_PASSWORD name the role that does';
  END IF;
END $$;

CREATE SCHEMA legal;

CREATE TABLE legal.records (
  id             bigint PRIMARY KEY,           -- in the order of writing
  payment_id     uuid NOT NULL,
  owner_id       uuid NOT NULL,
  owner_type     text NOT NULL,
  user_id        uuid NOT NULL,
  kind           text NOT NULL CHECK (kind IN (
    'requested', 'captured', 'declined', 'voided', 'refund-requested', 'refunded', 'refund-refused',
    'surplus-returned',                        -- a charge that the bank made beyond the one asked for was given back
    'accessed')),                              -- somebody read the record
  amount         bigint CHECK (amount > 0),    -- minor units
  currency       text NOT NULL,
  refund_id      uuid,
  brand          text,
  last4          text CHECK (last4 ~ '^[0-9]{4}$'),
  bank_reference text,                         -- the bank's name for the charge
  actor          text NOT NULL,                -- user:<id>, peer, or reconciliation
  at             timestamptz NOT NULL,
  -- Each row names the digest of the row before it of the same payment: none can be changed or taken out unnoticed.
  previous       text,
  digest         text NOT NULL
);

CREATE SEQUENCE legal.record_numbers OWNED BY legal.records.id;
CREATE INDEX records_of_payment ON legal.records (payment_id, id);
CREATE INDEX records_by_age ON legal.records (at);

-- Columns that a later migration adds are left out where they are null, so the digests of older rows stay right.
CREATE FUNCTION legal.digest(written legal.records) RETURNS text LANGUAGE sql STABLE
SET timezone TO 'UTC' AS $$
  SELECT encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(written) - 'digest')::text, 'UTF8')), 'hex')
$$;

-- Number, time and digests are set here, whatever the INSERT says. One writer at a time for each payment, so that the
-- chain does not fork.
CREATE FUNCTION legal.write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.payment_id::text, 736421));
  NEW.id := nextval('legal.record_numbers');
  NEW.at := clock_timestamp();
  NEW.previous := (SELECT digest FROM legal.records WHERE payment_id = NEW.payment_id ORDER BY id DESC LIMIT 1);
  NEW.digest := legal.digest(NEW);
  RETURN NEW;
END $$;

CREATE TRIGGER write BEFORE INSERT ON legal.records FOR EACH ROW EXECUTE FUNCTION legal.write();

-- How long the record is kept; set from RECORD_YEARS at each start, by the owner.
CREATE TABLE legal.term (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  years integer NOT NULL CHECK (years >= 1)
);
INSERT INTO legal.term (years) VALUES (10);

-- Erases a bounded number of rows that are older than the term, and never another; returns how many.
CREATE FUNCTION legal.erase_expired() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  WITH erased AS (
    DELETE FROM legal.records WHERE id IN (
      SELECT id FROM legal.records
      WHERE at < now() - make_interval(years => (SELECT years FROM legal.term)) ORDER BY at LIMIT 1000)
    RETURNING 1)
  SELECT count(*) FROM erased
$$;
REVOKE EXECUTE ON FUNCTION legal.erase_expired() FROM PUBLIC;

DO $$
DECLARE role text := current_setting('serai.runtime_role');
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA legal TO %I', role);
  EXECUTE format('GRANT SELECT, INSERT ON legal.records TO %I', role);
  EXECUTE format('GRANT SELECT ON legal.term TO %I', role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION legal.erase_expired() TO %I', role);
END $$;
