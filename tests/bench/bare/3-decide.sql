UPDATE lease SET n_commits = n_commits + 1;
SELECT rowid, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256, prev_hash, hash
FROM journal WHERE is_settling = 0 AND n >= :from AND n < :to;
INSERT INTO journal (seq, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256,
    prev_hash, hash) VALUES {rows};
SELECT rowid, salt, bytes FROM journal WHERE is_settling = 0 AND n >= :from AND n < :to;
INSERT INTO journal_body (seq, salt, bytes) VALUES {rows};
SELECT subject_id, cause, at_ms FROM handled WHERE is_settling = 0 AND n >= :from AND n < :to;
INSERT INTO handled (subject_id, cause, at_ms) VALUES {rows};
SELECT subject_id, kind, user_key, stage, version, updated_at_ms, body FROM register WHERE n >= :from AND n < :to;
INSERT INTO register (subject_id, kind, user_key, stage, version, updated_at_ms, body) VALUES {rows};
SELECT subject_id, kind, ordinal, due_at_ms FROM timer WHERE n >= :from AND n < :to;
INSERT INTO timer (subject_id, kind, ordinal, due_at_ms) VALUES {rows};
SELECT letter_id, subject_id, version, kind, message_id, state, made_at_ms, sealed_at_ms, bytes FROM letter
WHERE n >= :from AND n < :to;
INSERT INTO letter (letter_id, subject_id, version, kind, message_id, state, made_at_ms, sealed_at_ms, bytes)
VALUES {rows};
SELECT delivery_id, letter_id, recipient, envelope_sender, 'queued', not_before_ms, not_after_ms FROM delivery
WHERE n >= :from AND n < :to;
INSERT INTO delivery (delivery_id, letter_id, recipient, envelope_sender, state, not_before_ms, not_after_ms)
VALUES {rows};
SELECT inbox_id, outcome, done_at_ms, kind, sender, title, reason, message_id, content_key, reading FROM inbox
WHERE n >= :from AND n < :to;
WITH v (inbox_id, outcome, done_at_ms, kind, sender, title, reason, message_id, content_key, reading)
AS (VALUES {rows}) UPDATE inbox SET outcome = v.outcome, done_at_ms = v.done_at_ms, kind = v.kind,
    sender = v.sender, title = v.title, reason = v.reason, message_id = v.message_id, content_key = v.content_key,
    reading = v.reading
FROM v WHERE inbox.inbox_id = v.inbox_id;
SELECT inbox_id, subject_id FROM mail WHERE n >= :from AND n < :to;
INSERT INTO inbox_subject (inbox_id, subject_id) VALUES {rows};
