-- The record (DESIGN.md 5). Instants are whole milliseconds in *_at_ms; the database itself holds what must hold.

-- Numbers and words that belong to the record as a whole.
CREATE TABLE meta (
    name   TEXT PRIMARY KEY NOT NULL,
    number INTEGER,
    words  TEXT,
    CHECK ((number IS NULL) <> (words IS NULL))
) STRICT, WITHOUT ROWID;

-- inbox_id: the last one allotted, never used twice. reading: the ids that are being read, named before they are.
INSERT INTO meta (name, number, words) VALUES ('inbox_id', 0, NULL), ('reading', NULL, '');

CREATE TABLE lease (
    name      TEXT PRIMARY KEY NOT NULL,
    holder    TEXT NOT NULL,
    term      INTEGER NOT NULL CHECK (term > 0),
    until_ms  INTEGER NOT NULL,
    n_commits INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    inbox_id       INTEGER PRIMARY KEY NOT NULL,
    raw_sha256     BLOB NOT NULL UNIQUE CHECK (length(raw_sha256) = 32),
    n_bytes        INTEGER NOT NULL CHECK (n_bytes >= 0),
    received_at_ms INTEGER NOT NULL,
    recorded_at_ms INTEGER NOT NULL,
    n_attempts     INTEGER NOT NULL DEFAULT 0 CHECK (n_attempts >= 0),
    outcome        TEXT NOT NULL CHECK (outcome IN
        ('waiting', 'triage', 'not_a_notification', 'duplicate', 'case', 'older', 'set_aside')),
    done_at_ms     INTEGER,
    kind           TEXT,
    sender         TEXT,
    title          TEXT,
    reason         TEXT,
    message_id     TEXT,
    content_key    TEXT,
    duplicate_of   INTEGER REFERENCES inbox (inbox_id) CHECK (duplicate_of <> inbox_id),
    reading        BLOB,
    CHECK ((done_at_ms IS NULL) = (outcome = 'waiting')),
    CHECK (outcome <> 'duplicate' OR duplicate_of IS NOT NULL)
) STRICT;

CREATE INDEX inbox_outcome ON inbox (outcome, inbox_id);
CREATE INDEX inbox_message_id ON inbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX inbox_content_key ON inbox (content_key) WHERE content_key IS NOT NULL;

CREATE TRIGGER inbox_arrival_is_final
BEFORE UPDATE OF inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms ON inbox
BEGIN SELECT RAISE(ABORT, 'how a mail arrived is never changed'); END;

CREATE TABLE inbox_subject (
    inbox_id   INTEGER NOT NULL REFERENCES inbox (inbox_id),
    subject_id TEXT NOT NULL,
    PRIMARY KEY (inbox_id, subject_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX inbox_subject_subject ON inbox_subject (subject_id);

-- The bytes of mail raw_id = inbox_id, in pieces; a staged mail has its id before its inbox row.
CREATE TABLE raw (
    raw_id INTEGER NOT NULL,
    piece  INTEGER NOT NULL CHECK (piece >= 0),
    bytes  BLOB NOT NULL CHECK (length(bytes) <= 1048576),
    PRIMARY KEY (raw_id, piece)
) STRICT;

CREATE TRIGGER raw_is_final BEFORE UPDATE ON raw
BEGIN SELECT RAISE(ABORT, 'raw mail is never changed'); END;

CREATE TABLE stage (
    raw_id INTEGER PRIMARY KEY NOT NULL
) STRICT;

CREATE TABLE sighting (
    mailbox        TEXT NOT NULL,
    epoch          INTEGER NOT NULL,
    locator        TEXT NOT NULL,
    inbox_id       INTEGER NOT NULL REFERENCES inbox (inbox_id),
    recorded_at_ms INTEGER NOT NULL,
    PRIMARY KEY (mailbox, epoch, locator)
) STRICT, WITHOUT ROWID;

CREATE INDEX sighting_inbox ON sighting (inbox_id);

CREATE TABLE cursor (
    mailbox          TEXT PRIMARY KEY NOT NULL,
    epoch            INTEGER NOT NULL,
    position         INTEGER NOT NULL CHECK (position >= 0),
    swept_at_ms      INTEGER,
    reconciled_at_ms INTEGER,
    n_found_missing  INTEGER NOT NULL DEFAULT 0 CHECK (n_found_missing >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    seq          INTEGER PRIMARY KEY NOT NULL CHECK (seq > 0),
    subject_id   TEXT NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    kind         TEXT NOT NULL,
    schema       INTEGER NOT NULL,
    at_ms        INTEGER NOT NULL,
    cause        TEXT NOT NULL,
    actor        TEXT NOT NULL,
    world_sha256 BLOB NOT NULL CHECK (length(world_sha256) = 32),
    body_sha256  BLOB NOT NULL CHECK (length(body_sha256) = 32),
    prev_hash    BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash         BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (subject_id, version)
) STRICT;

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is never deleted'); END;

-- Erasure empties both: the salt too, else a short body could be guessed from its hash.
CREATE TABLE journal_body (
    seq   INTEGER PRIMARY KEY NOT NULL REFERENCES journal (seq),
    salt  BLOB NOT NULL,
    bytes BLOB NOT NULL,
    CHECK (length(salt) = 16 OR (length(salt) = 0 AND length(bytes) = 0))
) STRICT;

CREATE TRIGGER journal_body_is_only_erased BEFORE UPDATE ON journal_body
WHEN NEW.seq <> OLD.seq OR length(NEW.salt) <> 0 OR length(NEW.bytes) <> 0
BEGIN SELECT RAISE(ABORT, 'the body of an event can be erased and not changed'); END;
CREATE TRIGGER journal_body_is_not_deleted BEFORE DELETE ON journal_body
BEGIN SELECT RAISE(ABORT, 'the body of an event is never deleted'); END;

CREATE TABLE handled (
    subject_id TEXT NOT NULL,
    cause      TEXT NOT NULL,
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (subject_id, cause)
) STRICT, WITHOUT ROWID;

CREATE TABLE register (
    subject_id    TEXT PRIMARY KEY NOT NULL,
    kind          TEXT NOT NULL,
    user_key      TEXT,
    stage         TEXT NOT NULL,
    version       INTEGER NOT NULL CHECK (version > 0),
    updated_at_ms INTEGER NOT NULL,
    body          BLOB NOT NULL
) STRICT;

CREATE INDEX register_user ON register (user_key) WHERE user_key IS NOT NULL;
CREATE INDEX register_stage ON register (kind, stage);

CREATE TABLE timer (
    subject_id TEXT NOT NULL,
    kind       TEXT NOT NULL,
    ordinal    INTEGER NOT NULL,
    due_at_ms  INTEGER NOT NULL,
    PRIMARY KEY (subject_id, kind, ordinal)
) STRICT, WITHOUT ROWID;

CREATE INDEX timer_due ON timer (due_at_ms);

CREATE TABLE letter (
    letter_id    INTEGER PRIMARY KEY NOT NULL,
    subject_id   TEXT NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    kind         TEXT NOT NULL,
    message_id   TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'sealed', 'discarded')),
    made_at_ms   INTEGER NOT NULL,
    sealed_at_ms INTEGER,
    because      TEXT,
    facts        BLOB,
    bytes        BLOB,
    CHECK ((state = 'sealed') = (bytes IS NOT NULL)),
    CHECK ((state = 'sealed') = (sealed_at_ms IS NOT NULL)),
    CHECK (state <> 'draft' OR (facts IS NOT NULL AND because IS NOT NULL))
) STRICT;

CREATE INDEX letter_subject ON letter (subject_id);
CREATE INDEX letter_state ON letter (state, letter_id);

CREATE TRIGGER letter_is_final BEFORE UPDATE ON letter WHEN OLD.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a letter that is sealed or discarded is never changed'); END;
CREATE TRIGGER letter_is_not_deleted BEFORE DELETE ON letter
BEGIN SELECT RAISE(ABORT, 'a letter is never deleted'); END;

CREATE TABLE delivery (
    delivery_id        INTEGER PRIMARY KEY NOT NULL,
    letter_id          INTEGER NOT NULL REFERENCES letter (letter_id),
    recipient          TEXT NOT NULL,
    envelope_sender    TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN
        ('queued', 'transmitting', 'accepted', 'refused', 'expired', 'cancelled')),
    n_attempts         INTEGER NOT NULL DEFAULT 0 CHECK (n_attempts >= 0),
    possible_duplicate INTEGER NOT NULL DEFAULT 0 CHECK (possible_duplicate IN (0, 1)),
    not_before_ms      INTEGER NOT NULL,
    not_after_ms       INTEGER NOT NULL,
    settled_at_ms      INTEGER,
    answer             TEXT,
    claimed_by         TEXT,
    UNIQUE (letter_id, recipient),
    CHECK ((claimed_by IS NOT NULL) = (state = 'transmitting')),
    CHECK ((settled_at_ms IS NULL) = (state IN ('queued', 'transmitting')))
) STRICT;

CREATE INDEX delivery_open ON delivery (not_before_ms) WHERE settled_at_ms IS NULL;
CREATE INDEX delivery_until ON delivery (not_after_ms) WHERE settled_at_ms IS NULL;
CREATE INDEX delivery_failed ON delivery (letter_id) WHERE state IN ('refused', 'expired');

CREATE TRIGGER draft_does_not_leave BEFORE INSERT ON delivery
WHEN (SELECT state FROM letter WHERE letter_id = NEW.letter_id) IS NOT 'sealed'
BEGIN SELECT RAISE(ABORT, 'a letter leaves only when it is sealed'); END;

CREATE TABLE alarm (
    alarm_key     TEXT PRIMARY KEY NOT NULL,
    words         TEXT NOT NULL,
    raised_at_ms  INTEGER NOT NULL,
    last_at_ms    INTEGER NOT NULL,
    n_raised      INTEGER NOT NULL CHECK (n_raised > 0),
    cleared_at_ms INTEGER
) STRICT, WITHOUT ROWID;
