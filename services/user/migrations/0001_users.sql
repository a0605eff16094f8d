CREATE TABLE users (
  id uuid PRIMARY KEY,
  -- Trimmed and in lower case, so that one address is one account, whoever writes it.
  email text NOT NULL CONSTRAINT users_email UNIQUE
    CHECK (length(email) BETWEEN 3 AND 254 AND email = lower(btrim(email)) AND email LIKE '_%@_%'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND name = btrim(name)),
  -- Separated by spaces, as the tokens carry them.
  roles text NOT NULL DEFAULT '' CHECK (roles ~ '^([a-z]+( [a-z]+)*)?$'),
  password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  password_version bigint NOT NULL DEFAULT 1 CHECK (password_version > 0),  -- of the password, not its hash
  email_verified_at timestamptz,
  version bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- A person's sign-in on one device: the family of all refresh tokens that follow from it.
-- A session that ended is deleted; nothing follows from a token that is not here.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,  -- moved on by each renewal
  ends_at timestamptz NOT NULL,     -- and never beyond this
  CHECK (created_at < expires_at AND expires_at <= ends_at)
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  id uuid PRIMARY KEY,  -- also the jti of the access token issued with it
  session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
  token_hash text NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  issued_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz,
  -- Together with the token it makes its successor again, for as long as the grace lasts.
  nonce text,
  CHECK (nonce IS NULL OR used_at IS NOT NULL)
);
CREATE UNIQUE INDEX refresh_tokens_one_unused ON refresh_tokens (session_id) WHERE used_at IS NULL;
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_use ON refresh_tokens (used_at);
CREATE INDEX refresh_tokens_with_nonce ON refresh_tokens (used_at) WHERE nonce IS NOT NULL;

-- Tries that are slowed: keys are SHA-256 sums, of addresses without an account as well.
CREATE TABLE tries (
  key text PRIMARY KEY CHECK (key ~ '^[0-9a-f]{64}$'),
  count integer NOT NULL CHECK (count >= 0),
  next_at timestamptz NOT NULL,     -- no further try before this
  expires_at timestamptz NOT NULL   -- then all is forgotten
);
CREATE INDEX tries_by_expiry ON tries (expires_at);

-- Networks from which the owner has signed in: others' guesses do not slow these.
CREATE TABLE known_networks (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  network text NOT NULL CHECK (network ~ '^[0-9a-f]{64}$'),
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, network)
);
CREATE INDEX known_networks_by_time ON known_networks (seen_at);

-- Secrets that are mailed: whoever has one reads the mail of that account.
CREATE TABLE letters (
  token_hash text PRIMARY KEY CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  kind text NOT NULL CHECK (kind IN ('verification', 'password-reset')),
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX letters_of_user ON letters (user_id);
CREATE INDEX letters_by_expiry ON letters (expires_at);

-- Who asked to be forgotten: an id without a person, kept so that the id is never given again.
CREATE TABLE erasures (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL UNIQUE,
  requested_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE erasure_services (
  erasure_id uuid NOT NULL REFERENCES erasures ON DELETE CASCADE,
  service text NOT NULL CHECK (service ~ '^[a-z]{2,20}$'),
  forgotten_at timestamptz,
  PRIMARY KEY (erasure_id, service)
);
