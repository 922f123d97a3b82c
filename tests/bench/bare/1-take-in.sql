SELECT inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms, 'waiting', role FROM inbox
WHERE n >= :from AND n < :to;
INSERT INTO inbox (inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms, outcome, role) VALUES {rows};
SELECT raw_id, piece, bytes FROM raw WHERE n >= :from AND n < :to;
INSERT INTO raw (raw_id, piece, bytes) VALUES {rows};
SELECT mailbox, epoch, locator, inbox_id, recorded_at_ms FROM sighting WHERE n >= :from AND n < :to;
INSERT INTO sighting (mailbox, epoch, locator, inbox_id, recorded_at_ms) VALUES {rows};
UPDATE cursor SET position = :to;
UPDATE meta SET number = :to WHERE name = 'inbox_id';
