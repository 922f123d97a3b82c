-- What was found of a mail's DKIM signatures when it came, with the keys' texts: JSON, written once.
ALTER TABLE inbox ADD COLUMN vouched TEXT COLLATE "C";

CREATE TRIGGER inbox_vouched_is_final BEFORE UPDATE OF vouched ON inbox
FOR EACH ROW WHEN (OLD.vouched IS NOT NULL)
EXECUTE FUNCTION refuse('what was found of a mail''s signatures is never changed');
