-- Pieces of work over several services: where each is, and who works on it.
CREATE TABLE chassis.sagas (
  kind        text NOT NULL,
  id          uuid NOT NULL,
  state       text NOT NULL DEFAULT 'running'
              CHECK (state IN ('running', 'undoing', 'done', 'undone')),
  -- The name of the step that is next to be done, or to be undone; the last one after the end.
  step        text NOT NULL,
  -- The service's own JSON. '{}' after the end: it may hold what must not be kept.
  data        text NOT NULL,
  -- The Error that turned it around, as JSON.
  problem     text,
  -- How often the step has failed.
  attempts    integer NOT NULL DEFAULT 0,
  -- From when on anybody may take it: the next try, or when the lease of who works on it is over.
  next_try_at timestamptz NOT NULL,
  -- Made anew each time the saga is taken; who does not know it records nothing.
  lease       uuid,
  traceparent text NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  PRIMARY KEY (kind, id),
  CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'undone')))
);

CREATE INDEX sagas_due ON chassis.sagas (next_try_at) WHERE ended_at IS NULL;
CREATE INDEX sagas_ended ON chassis.sagas (ended_at) WHERE ended_at IS NOT NULL;
