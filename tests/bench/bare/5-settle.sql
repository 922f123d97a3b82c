UPDATE lease SET n_commits = n_commits + 1;
SELECT rowid, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256, prev_hash, hash
FROM journal WHERE is_settling = 1 AND n >= :from AND n < :to;
INSERT INTO journal (seq, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256,
    prev_hash, hash) VALUES {rows};
SELECT rowid, salt, bytes FROM journal WHERE is_settling = 1 AND n >= :from AND n < :to;
INSERT INTO journal_body (seq, salt, bytes) VALUES {rows};
SELECT subject_id, cause, at_ms FROM handled WHERE is_settling = 1 AND n >= :from AND n < :to;
INSERT INTO handled (subject_id, cause, at_ms) VALUES {rows};
SELECT subject_id, stage, version, updated_at_ms, body FROM register WHERE n >= :from AND n < :to;
WITH v (subject_id, stage, version, updated_at_ms, body) AS (VALUES {rows})
UPDATE register SET stage = v.stage, version = v.version, updated_at_ms = v.updated_at_ms, body = v.body
FROM v WHERE register.subject_id = v.subject_id;
SELECT subject_id FROM register WHERE n >= :from AND n < :to;
WITH v (subject_id) AS (VALUES {rows}) DELETE FROM timer WHERE subject_id IN (SELECT subject_id FROM v);
SELECT subject_id, kind, ordinal, due_at_ms FROM timer WHERE n >= :from AND n < :to;
INSERT INTO timer (subject_id, kind, ordinal, due_at_ms) VALUES {rows};
SELECT delivery_id, state, answer, settled_at_ms FROM delivery WHERE n >= :from AND n < :to;
WITH v (delivery_id, state, answer, settled_at_ms) AS (VALUES {rows})
UPDATE delivery SET state = v.state, claimed_by = NULL, answer = v.answer, settled_at_ms = v.settled_at_ms
FROM v WHERE delivery.delivery_id = v.delivery_id;
