UPDATE main.lease SET n_commits = n_commits + 1;
INSERT INTO main.journal (seq, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256,
    prev_hash, hash)
SELECT rowid, subject_id, version, kind, schema, at_ms, cause, actor, world_sha256, body_sha256, prev_hash, hash
FROM rows.journal WHERE is_settling = 1 AND n >= :from AND n < :to;
INSERT INTO main.journal_body (seq, salt, bytes)
SELECT rowid, salt, bytes FROM rows.journal WHERE is_settling = 1 AND n >= :from AND n < :to;
INSERT INTO main.handled (subject_id, cause, at_ms)
SELECT subject_id, cause, at_ms FROM rows.handled WHERE is_settling = 1 AND n >= :from AND n < :to;
UPDATE main.register SET stage = r.stage, version = r.version, updated_at_ms = r.updated_at_ms, body = r.body
FROM rows.register r WHERE r.n >= :from AND r.n < :to AND main.register.subject_id = r.subject_id;
UPDATE main.delivery SET state = r.state, claimed_by = NULL, answer = r.answer, settled_at_ms = r.settled_at_ms
FROM rows.delivery r WHERE r.n >= :from AND r.n < :to AND main.delivery.delivery_id = r.delivery_id;
