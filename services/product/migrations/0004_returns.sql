-- Cancelled orders bring their pieces back, once.

ALTER TABLE reservations
  ADD COLUMN returned_at timestamptz,  -- when the pieces of a cancelled order came back
  ADD COLUMN updated_at  timestamptz NOT NULL DEFAULT now(),
  ADD CONSTRAINT only_sold_pieces_return CHECK (returned_at IS NULL OR state = 'committed');

CREATE FUNCTION note_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;

CREATE TRIGGER reservation_updated BEFORE UPDATE ON reservations FOR EACH ROW EXECUTE FUNCTION note_update();
