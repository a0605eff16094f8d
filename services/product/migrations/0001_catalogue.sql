-- The catalogue: categories, products, and the words that a search may mean.

CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch SCHEMA public;

-- Lower case without accents. unaccent() is only STABLE because its dictionary may be changed; ours is
-- not, and an index needs IMMUTABLE.
CREATE FUNCTION fold(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(public.unaccent('public.unaccent'::regdictionary, $1));

-- "Épices & thés" becomes "epices-thes": at most 60 characters, "product" when nothing is left.
CREATE FUNCTION slug_of(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN coalesce(nullif(btrim(left(btrim(regexp_replace(fold(name), '[^a-z0-9]+', '-', 'g'), '-'), 60), '-'), ''),
                'product');

CREATE TABLE categories (
  slug     text PRIMARY KEY CHECK (slug ~ '^[a-z]{1,40}$'),
  name     text NOT NULL,
  position integer NOT NULL UNIQUE  -- the order in which people see them
);

INSERT INTO categories (position, slug, name) VALUES
  (1, 'teas', 'Teas'),
  (2, 'spices', 'Spices'),
  (3, 'rugs', 'Rugs and kilims'),
  (4, 'lamps', 'Lamps'),
  (5, 'ceramics', 'Ceramics'),
  (6, 'leather', 'Leather'),
  (7, 'brass', 'Brass and copper'),
  (8, 'books', 'Books and maps'),
  (9, 'textiles', 'Textiles'),
  (10, 'travel', 'Travel gear');

CREATE TABLE products (
  id          uuid PRIMARY KEY,
  slug        text NOT NULL UNIQUE,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  description text NOT NULL CHECK (length(description) <= 2000),
  category    text NOT NULL REFERENCES categories (slug),
  price       bigint NOT NULL CHECK (price BETWEEN 0 AND 100000000),  -- minor units
  on_hand     bigint NOT NULL CHECK (on_hand BETWEEN 0 AND 1000000000),
  reserved    bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  -- Counts every change of what a visitor sees, what can be bought included.
  version     bigint NOT NULL DEFAULT 1,
  -- The version that an administrator's last change made: sales do not make an edit stale.
  edited      bigint NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  unlisted_at timestamptz,  -- sold no more; the row stays for the orders that name it
  search      tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', fold(name)), 'A') || setweight(to_tsvector('english', category), 'B') ||
    setweight(to_tsvector('english', fold(description)), 'C')) STORED,
  CONSTRAINT reserved_is_on_hand CHECK (reserved <= on_hand)
);

CREATE INDEX products_by_price ON products (price, id) WHERE unlisted_at IS NULL;
CREATE INDEX products_by_age ON products (created_at, id) WHERE unlisted_at IS NULL;
CREATE INDEX products_by_category_and_price ON products (category, price, id) WHERE unlisted_at IS NULL;
CREATE INDEX products_by_category_and_age ON products (category, created_at, id) WHERE unlisted_at IS NULL;
-- Without a list of pending entries, which every search would read until the next vacuum.
CREATE INDEX products_by_search ON products USING gin (search) WITH (fastupdate = off) WHERE unlisted_at IS NULL;
CREATE INDEX products_reserved ON products (id) INCLUDE (reserved) WHERE reserved > 0;

-- Replicas forget what they cached about a product when anyone changes it.
CREATE FUNCTION tell_product_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('product_changed', NEW.id::text);
  RETURN NULL;
END $$;

CREATE TRIGGER product_changed AFTER UPDATE ON products FOR EACH ROW
WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION tell_product_changed();
