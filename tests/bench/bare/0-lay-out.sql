-- The rows that the daemon made, laid out by the number of their mail (n), so that writing them again reads in order.
ATTACH ':made' AS made;
PRAGMA synchronous = OFF;
CREATE TABLE mail AS
SELECT row_number() OVER (ORDER BY i.inbox_id) - 1 AS n, i.inbox_id, s.subject_id
FROM made.inbox i JOIN made.inbox_subject s ON s.inbox_id = i.inbox_id ORDER BY i.inbox_id;
DELETE FROM mail WHERE n < :first OR n >= :last;
UPDATE mail SET n = n - :first;
CREATE UNIQUE INDEX mail_subject ON mail (subject_id);
CREATE UNIQUE INDEX mail_inbox ON mail (inbox_id);
CREATE TABLE inbox AS SELECT n, i.* FROM mail JOIN made.inbox i USING (inbox_id) ORDER BY n;
CREATE TABLE raw AS SELECT n, r.* FROM mail JOIN made.raw r ON r.raw_id = inbox_id ORDER BY n;
CREATE TABLE sighting AS SELECT n, s.* FROM mail JOIN made.sighting s USING (inbox_id) ORDER BY n;
CREATE TABLE journal AS SELECT n, j.cause LIKE 'delivery:%' AS is_settling, j.*, b.salt, b.bytes
FROM mail JOIN made.journal j USING (subject_id) JOIN made.journal_body b USING (seq) ORDER BY 2, 1, seq;
CREATE TABLE handled AS SELECT n, cause LIKE 'delivery:%' AS is_settling, h.*
FROM mail JOIN made.handled h USING (subject_id) ORDER BY 2, 1;
CREATE TABLE register AS SELECT n, r.* FROM mail JOIN made.register r USING (subject_id) ORDER BY n;
CREATE TABLE timer AS SELECT n, t.* FROM mail JOIN made.timer t USING (subject_id) ORDER BY n;
CREATE TABLE letter AS SELECT n, l.* FROM mail JOIN made.letter l USING (subject_id) ORDER BY n;
CREATE TABLE delivery AS SELECT l.n, d.* FROM letter l JOIN made.delivery d USING (letter_id) ORDER BY l.n;
CREATE INDEX inbox_n ON inbox (n);
CREATE INDEX raw_n ON raw (n);
CREATE INDEX sighting_n ON sighting (n);
CREATE INDEX journal_n ON journal (is_settling, n);
CREATE INDEX handled_n ON handled (is_settling, n);
CREATE INDEX register_n ON register (n);
CREATE INDEX timer_n ON timer (n);
CREATE INDEX letter_n ON letter (n);
CREATE INDEX delivery_n ON delivery (n);
CREATE INDEX mail_n ON mail (n);
DETACH made;
