-- What was found of a mail's DKIM signatures when it came, with the keys' texts: JSON, written once.
ALTER TABLE inbox ADD COLUMN vouched TEXT;

CREATE TRIGGER inbox_vouched_is_final
BEFORE UPDATE OF vouched ON inbox WHEN OLD.vouched IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was found of a mail''s signatures is never changed'); END;
