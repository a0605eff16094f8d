-- What a search means when it is mistyped: every word of the catalogue, folded but not stemmed, to be
-- compared with. A word that no product uses any more stays, and search_query() passes over it.

CREATE TABLE search_words (word text PRIMARY KEY);

CREATE INDEX search_words_alike ON search_words USING gin (word public.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX search_words_by_start ON search_words (left(word, 1), length(word));

CREATE FUNCTION words_of(content text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT DISTINCT word FROM regexp_split_to_table(fold(content), '[^[:alnum:]]+') word
  WHERE length(word) BETWEEN 3 AND 40
$$;

CREATE FUNCTION keep_search_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two transactions that bring the same words do not wait for each other.
  INSERT INTO search_words
  SELECT word FROM words_of(NEW.name || ' ' || NEW.category || ' ' || NEW.description) word ORDER BY word
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER search_words AFTER INSERT OR UPDATE OF name, category, description ON products
FOR EACH ROW EXECUTE FUNCTION keep_search_words();

-- How many slips lie between two words: Levenshtein, but two letters that changed places are one slip.
CREATE FUNCTION slips(typed text, meant text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  far integer := public.levenshtein_less_equal(typed, meant, 2);
BEGIN
  IF far = 2 AND length(typed) = length(meant) THEN
    FOR i IN 1 .. length(typed) - 1 LOOP
      IF left(typed, i - 1) || substr(typed, i + 1, 1) || substr(typed, i, 1) || substr(typed, i + 2) = meant THEN
        RETURN 1;
      END IF;
    END LOOP;
  END IF;
  RETURN far;
END $$;

-- The words of listed products that `typed` may mean: itself, those with the fewest slips (at most two, one
-- in a word of three letters), and those that begin with it.
CREATE FUNCTION words_like(typed text) RETURNS SETOF text
LANGUAGE plpgsql STABLE STRICT AS $$  -- not SQL, which would be planned at every call
BEGIN
  RETURN QUERY
  WITH alike AS MATERIALIZED (
    SELECT word, CASE WHEN starts_with(word, typed) THEN least(slips(typed, word), 1) ELSE slips(typed, word) END AS far
    FROM search_words
    -- Three letters that agree find most; the start and the length find what is short.
    WHERE word % typed
       OR (left(word, 1) = left(typed, 1) AND length(word) BETWEEN length(typed) - 1 AND length(typed) + 1)
  ), near AS MATERIALIZED (
    SELECT word, far FROM alike
    WHERE far <= CASE WHEN length(typed) = 3 THEN 1 ELSE 2 END
      AND EXISTS (SELECT FROM products
                  WHERE unlisted_at IS NULL AND search @@ to_tsquery('english', quote_literal(word)))
    ORDER BY far, similarity(word, typed) DESC, word LIMIT 12
  )
  SELECT word FROM near
  WHERE far <= (SELECT coalesce(min(far), 0) FROM near WHERE far > 0) OR starts_with(word, typed);
END $$;

-- Reads a search as people write it ("green tea", -smoked, "first flush", tea or coffee). `exact` is what it says;
-- `wide` also allows for slips, when fewer than three products are exactly that and no operators are used.
CREATE FUNCTION search_query(q text, OUT exact tsquery, OUT wide tsquery)
LANGUAGE plpgsql STABLE STRICT
-- What matches nothing looks common to the planner, and for three rows it reads everything in another order.
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET client_min_messages = warning AS $$
DECLARE
  typed text;
  meant tsquery;
  every tsquery;
BEGIN
  exact := websearch_to_tsquery('english', fold(q));
  wide := exact;
  IF q ~ '(^|\s)-|"' OR
     (SELECT count(*) FROM (SELECT FROM products WHERE unlisted_at IS NULL AND search @@ exact LIMIT 3) few) = 3 THEN
    RETURN;
  END IF;
  FOR typed IN SELECT word FROM words_of(q) word ORDER BY length(word) DESC, word LIMIT 8 LOOP
    SELECT to_tsquery('english', string_agg(quote_literal(word), ' | ')) INTO meant FROM words_like(typed) word;
    IF numnode(meant) > 0 THEN
      every := coalesce(every && meant, meant);
    END IF;
  END LOOP;
  wide := coalesce(exact || every, exact);
END $$;
