-- The rows that the daemon made, laid out by the number of their mail (n), so that writing them again reads in order.
ATTACH ':made' AS made;
ATTACH ':rows' AS rows;
PRAGMA rows.synchronous = OFF;
CREATE TABLE rows.mail AS
SELECT row_number() OVER (ORDER BY i.inbox_id) - 1 AS n, i.inbox_id, s.subject_id
FROM made.inbox i JOIN made.inbox_subject s ON s.inbox_id = i.inbox_id ORDER BY i.inbox_id;
DELETE FROM rows.mail WHERE n < :first OR n >= :last;
UPDATE rows.mail SET n = n - :first;
CREATE UNIQUE INDEX rows.mail_subject ON mail (subject_id);
CREATE UNIQUE INDEX rows.mail_inbox ON mail (inbox_id);
CREATE TABLE rows.inbox AS SELECT n, i.* FROM rows.mail JOIN made.inbox i USING (inbox_id) ORDER BY n;
CREATE TABLE rows.raw AS SELECT n, r.* FROM rows.mail JOIN made.raw r ON r.raw_id = inbox_id ORDER BY n;
CREATE TABLE rows.sighting AS SELECT n, s.* FROM rows.mail JOIN made.sighting s USING (inbox_id) ORDER BY n;
CREATE TABLE rows.journal AS SELECT n, j.cause LIKE 'delivery:%' AS is_settling, j.*, b.salt, b.bytes
FROM rows.mail JOIN made.journal j USING (subject_id) JOIN made.journal_body b USING (seq) ORDER BY 2, 1, seq;
CREATE TABLE rows.handled AS SELECT n, cause LIKE 'delivery:%' AS is_settling, h.*
FROM rows.mail JOIN made.handled h USING (subject_id) ORDER BY 2, 1;
CREATE TABLE rows.register AS SELECT n, r.* FROM rows.mail JOIN made.register r USING (subject_id) ORDER BY n;
CREATE TABLE rows.timer AS SELECT n, t.* FROM rows.mail JOIN made.timer t USING (subject_id) ORDER BY n;
CREATE TABLE rows.letter AS SELECT n, l.* FROM rows.mail JOIN made.letter l USING (subject_id) ORDER BY n;
CREATE TABLE rows.delivery AS SELECT l.n, d.* FROM rows.letter l JOIN made.delivery d USING (letter_id) ORDER BY l.n;
CREATE INDEX rows.inbox_n ON inbox (n);
CREATE INDEX rows.raw_n ON raw (n);
CREATE INDEX rows.sighting_n ON sighting (n);
CREATE INDEX rows.journal_n ON journal (is_settling, n);
CREATE INDEX rows.handled_n ON handled (is_settling, n);
CREATE INDEX rows.register_n ON register (n);
CREATE INDEX rows.timer_n ON timer (n);
CREATE INDEX rows.letter_n ON letter (n);
CREATE INDEX rows.delivery_n ON delivery (n);
CREATE INDEX rows.mail_n ON mail (n);
INSERT INTO main.lease (name, holder, term, until_ms) VALUES ('decider', 'bare', 1, 0);
INSERT INTO main.cursor (mailbox, epoch, position) VALUES ('bare', 0, 0);
DETACH made;
