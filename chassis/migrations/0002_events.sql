-- What this service tells others. The row is the truth; what NATS holds is a copy of it.
CREATE TABLE chassis.outbox (
  id            uuid PRIMARY KEY,
  type          text NOT NULL,
  subject       text NOT NULL,
  -- Whom it tells something about.
  person        uuid,
  -- NULL once that person was forgotten: then it is never sent again.
  data          json,
  traceparent   text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When it was sent last; NULL while it is to be sent, also when it is to be sent again.
  sent_at       timestamptz,
  first_sent_at timestamptz,
  -- Its place in the stream.
  sequence      bigint,
  -- Forget the data as soon as it has been sent.
  forget        boolean NOT NULL DEFAULT false
);

CREATE INDEX outbox_unsent ON chassis.outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_by_sending ON chassis.outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_by_person ON chassis.outbox (person) WHERE person IS NOT NULL;
-- Every row moves through the index of unsent ones: clean it often.
ALTER TABLE chassis.outbox SET (autovacuum_vacuum_scale_factor = 0.02);

CREATE FUNCTION chassis.tell_of_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY chassis_outbox;
  RETURN NULL;
END
$$;

CREATE TRIGGER outbox_told AFTER INSERT ON chassis.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION chassis.tell_of_outbox();

-- The events of others that took effect here, each written in the transaction of its effect.
CREATE TABLE chassis.inbox (
  event_id   uuid PRIMARY KEY,
  type       text NOT NULL,
  event_time timestamptz NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX inbox_by_age ON chassis.inbox (applied_at);

-- Events that failed here and will be tried again.
CREATE TABLE chassis.event_failures (
  event_id  uuid PRIMARY KEY,
  person    uuid,
  attempts  integer NOT NULL,
  error     text NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX event_failures_by_person ON chassis.event_failures (person) WHERE person IS NOT NULL;

-- Events that are not tried again unless somebody asks for it.
CREATE TABLE chassis.dead_letters (
  id          uuid PRIMARY KEY,
  -- NULL for what is no event of ours at all.
  event_id    uuid UNIQUE,
  type        text NOT NULL,
  subject     text NOT NULL,
  person      uuid,
  event_time  timestamptz,
  -- The message as it came; NULL once the person was forgotten.
  envelope    text,
  error       text NOT NULL,
  attempts    integer NOT NULL,
  died_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  replayed_at timestamptz
);

CREATE INDEX dead_letters_by_age ON chassis.dead_letters (died_at, id);
CREATE INDEX dead_letters_waiting ON chassis.dead_letters (id) WHERE replayed_at IS NULL AND envelope IS NOT NULL;
CREATE INDEX dead_letters_by_person ON chassis.dead_letters (person) WHERE person IS NOT NULL;

-- The stream that what was sent was sent to. The epoch rises whenever some of that is to be sent
-- again, so that nobody marks as sent what an earlier stream or server took.
CREATE TABLE chassis.event_stream (
  single       boolean PRIMARY KEY DEFAULT true CHECK (single),
  incarnation  text NOT NULL DEFAULT '',
  epoch        bigint NOT NULL DEFAULT 0,
  began_at     timestamptz NOT NULL DEFAULT now(),
  -- What was sent after the one and until the other is to be sent again.
  resend_since timestamptz,
  resend_until timestamptz
);

INSERT INTO chassis.event_stream DEFAULT VALUES;

-- The runs of NATS servers that were seen, each start under an id of its own.
CREATE TABLE chassis.event_servers (
  id      text PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- How far this service has got in the stream, for each consumer it has there: everything up to
-- safe_sequence was dealt with so long ago that the stream cannot lose it by losing its end.
CREATE TABLE chassis.event_consumers (
  name          text PRIMARY KEY,
  incarnation   text NOT NULL,
  safe_sequence bigint NOT NULL,
  next_sequence bigint NOT NULL,
  next_at       timestamptz NOT NULL DEFAULT now()
);
