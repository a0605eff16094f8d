-- The first answer to each Idempotency-Key, written in the transaction of its effect.
CREATE TABLE chassis.idempotency_keys (
  caller       text NOT NULL,
  route        text NOT NULL,
  key          text NOT NULL,
  -- SHA-256 of method, path and body: the same key with another request is refused.
  request      text NOT NULL,
  -- NULL until there is a final answer.
  status       integer,
  body         text,
  content_type text,
  location     text,
  etag         text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, route, key)
);

CREATE INDEX idempotency_keys_by_age ON chassis.idempotency_keys (created_at);
