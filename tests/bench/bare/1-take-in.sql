INSERT INTO main.inbox (inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms, outcome)
SELECT inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms, 'waiting'
FROM rows.inbox WHERE n >= :from AND n < :to;
INSERT INTO main.raw (raw_id, piece, bytes) SELECT raw_id, piece, bytes FROM rows.raw WHERE n >= :from AND n < :to;
INSERT INTO main.sighting (mailbox, epoch, locator, inbox_id, recorded_at_ms)
SELECT mailbox, epoch, locator, inbox_id, recorded_at_ms FROM rows.sighting WHERE n >= :from AND n < :to;
UPDATE main.cursor SET position = :to;
UPDATE main.meta SET number = :to WHERE name = 'inbox_id';
