UPDATE main.lease SET n_commits = n_commits + 1;
INSERT INTO main.journal (seq, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256,
    prev_hash, hash)
SELECT rowid, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256, prev_hash, hash
FROM rows.journal WHERE is_settling = 0 AND n >= :from AND n < :to;
INSERT INTO main.journal_body (seq, salt, bytes)
SELECT rowid, salt, bytes FROM rows.journal WHERE is_settling = 0 AND n >= :from AND n < :to;
INSERT INTO main.handled (subject_id, cause, at_ms)
SELECT subject_id, cause, at_ms FROM rows.handled WHERE is_settling = 0 AND n >= :from AND n < :to;
INSERT INTO main.register (subject_id, kind, user_key, stage, version, updated_at_ms, body)
SELECT subject_id, kind, user_key, stage, version, updated_at_ms, body FROM rows.register
WHERE n >= :from AND n < :to;
INSERT INTO main.timer (subject_id, kind, ordinal, due_at_ms)
SELECT subject_id, kind, ordinal, due_at_ms FROM rows.timer WHERE n >= :from AND n < :to;
INSERT INTO main.letter (letter_id, subject_id, version, kind, message_id, state, made_at_ms, sealed_at_ms, bytes)
SELECT letter_id, subject_id, version, kind, message_id, state, made_at_ms, sealed_at_ms, bytes
FROM rows.letter WHERE n >= :from AND n < :to;
INSERT INTO main.delivery (delivery_id, letter_id, recipient, envelope_sender, state, not_before_ms, not_after_ms)
SELECT delivery_id, letter_id, recipient, envelope_sender, 'queued', not_before_ms, not_after_ms
FROM rows.delivery WHERE n >= :from AND n < :to;
UPDATE main.inbox SET outcome = r.outcome, done_at_ms = r.done_at_ms, kind = r.kind, sender = r.sender,
    title = r.title, reason = r.reason, message_id = r.message_id, content_key = r.content_key, reading = r.reading
FROM rows.inbox r WHERE r.n >= :from AND r.n < :to AND main.inbox.inbox_id = r.inbox_id;
INSERT INTO main.inbox_subject (inbox_id, subject_id)
SELECT inbox_id, subject_id FROM rows.mail WHERE n >= :from AND n < :to;
