-- The record (DESIGN.md 5). Instants are whole milliseconds in *_at_ms; the database itself holds what must hold.

-- What a trigger says when it forbids something.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Numbers and words that belong to the record as a whole.
CREATE TABLE meta (
    name   TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    number BIGINT,
    words  TEXT,
    CHECK ((number IS NULL) <> (words IS NULL))
);

-- inbox_id: the last one allotted, never used twice. reading: the ids that are being read, named before they are.
INSERT INTO meta (name, number, words) VALUES ('inbox_id', 0, NULL), ('reading', NULL, '');

CREATE TABLE lease (
    name      TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    holder    TEXT COLLATE "C" NOT NULL,
    term      BIGINT NOT NULL CHECK (term > 0),
    until_ms  BIGINT NOT NULL,
    n_commits BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE inbox (
    inbox_id       BIGINT PRIMARY KEY NOT NULL,
    raw_sha256     BYTEA NOT NULL UNIQUE CHECK (length(raw_sha256) = 32),
    n_bytes        BIGINT NOT NULL CHECK (n_bytes >= 0),
    received_at_ms BIGINT NOT NULL,
    recorded_at_ms BIGINT NOT NULL,
    n_attempts     BIGINT NOT NULL DEFAULT 0 CHECK (n_attempts >= 0),
    outcome        TEXT COLLATE "C" NOT NULL CHECK (outcome IN
        ('waiting', 'triage', 'not_a_notification', 'duplicate', 'case', 'older', 'set_aside')),
    done_at_ms     BIGINT,
    kind           TEXT,
    sender         TEXT,
    title          TEXT,
    reason         TEXT,
    message_id     TEXT,
    content_key    TEXT,
    duplicate_of   BIGINT REFERENCES inbox (inbox_id) CHECK (duplicate_of <> inbox_id),
    reading        BYTEA,
    CHECK ((done_at_ms IS NULL) = (outcome = 'waiting')),
    CHECK (outcome <> 'duplicate' OR duplicate_of IS NOT NULL)
);

CREATE INDEX inbox_outcome ON inbox (outcome, inbox_id);
CREATE INDEX inbox_message_id ON inbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX inbox_content_key ON inbox (content_key) WHERE content_key IS NOT NULL;

CREATE TRIGGER inbox_arrival_is_final BEFORE UPDATE OF inbox_id, raw_sha256, n_bytes, received_at_ms, recorded_at_ms ON inbox
FOR EACH ROW EXECUTE FUNCTION refuse('how a mail arrived is never changed');

CREATE TABLE inbox_subject (
    inbox_id   BIGINT NOT NULL REFERENCES inbox (inbox_id),
    subject_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (inbox_id, subject_id)
);

CREATE INDEX inbox_subject_subject ON inbox_subject (subject_id);

-- The bytes of mail raw_id = inbox_id, in pieces; a staged mail has its id before its inbox row.
CREATE TABLE raw (
    raw_id BIGINT NOT NULL,
    piece  BIGINT NOT NULL CHECK (piece >= 0),
    bytes  BYTEA NOT NULL CHECK (length(bytes) <= 1048576),
    PRIMARY KEY (raw_id, piece)
);

CREATE TRIGGER raw_is_final BEFORE UPDATE ON raw
FOR EACH ROW EXECUTE FUNCTION refuse('raw mail is never changed');

CREATE TABLE stage (
    raw_id BIGINT PRIMARY KEY NOT NULL
);

CREATE TABLE sighting (
    mailbox        TEXT COLLATE "C" NOT NULL,
    epoch          BIGINT NOT NULL,
    locator        TEXT COLLATE "C" NOT NULL,
    inbox_id       BIGINT NOT NULL REFERENCES inbox (inbox_id),
    recorded_at_ms BIGINT NOT NULL,
    PRIMARY KEY (mailbox, epoch, locator)
);

CREATE INDEX sighting_inbox ON sighting (inbox_id);

CREATE TABLE cursor (
    mailbox          TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    epoch            BIGINT NOT NULL,
    position         BIGINT NOT NULL CHECK (position >= 0),
    swept_at_ms      BIGINT,
    reconciled_at_ms BIGINT,
    n_found_missing  BIGINT NOT NULL DEFAULT 0 CHECK (n_found_missing >= 0)
);

CREATE TABLE journal (
    seq          BIGINT PRIMARY KEY NOT NULL CHECK (seq > 0),
    subject_id   TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL CHECK (version > 0),
    kind         TEXT COLLATE "C" NOT NULL,
    schema       BIGINT NOT NULL,
    at_ms        BIGINT NOT NULL,
    cause        TEXT COLLATE "C" NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    world_sha256 BYTEA NOT NULL CHECK (length(world_sha256) = 32),
    body_sha256  BYTEA NOT NULL CHECK (length(body_sha256) = 32),
    prev_hash    BYTEA NOT NULL CHECK (length(prev_hash) = 32),
    hash         BYTEA NOT NULL CHECK (length(hash) = 32),
    UNIQUE (subject_id, version)
);

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
FOR EACH ROW EXECUTE FUNCTION refuse('the journal is never changed');
CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
FOR EACH ROW EXECUTE FUNCTION refuse('the journal is never deleted');
CREATE TRIGGER journal_is_not_truncated BEFORE TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION refuse('the journal is never deleted');

-- Erasure empties both: the salt too, else a short body could be guessed from its hash.
CREATE TABLE journal_body (
    seq   BIGINT PRIMARY KEY NOT NULL REFERENCES journal (seq),
    salt  BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    CHECK (length(salt) = 16 OR (length(salt) = 0 AND length(bytes) = 0))
);

CREATE TRIGGER journal_body_is_only_erased BEFORE UPDATE ON journal_body
FOR EACH ROW WHEN (NEW.seq <> OLD.seq OR length(NEW.salt) <> 0 OR length(NEW.bytes) <> 0)
EXECUTE FUNCTION refuse('the body of an event can be erased and not changed');
CREATE TRIGGER journal_body_is_not_deleted BEFORE DELETE ON journal_body
FOR EACH ROW EXECUTE FUNCTION refuse('the body of an event is never deleted');

CREATE TABLE handled (
    subject_id TEXT COLLATE "C" NOT NULL,
    cause      TEXT COLLATE "C" NOT NULL,
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (subject_id, cause)
);

CREATE TABLE register (
    subject_id    TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    user_key      TEXT,
    stage         TEXT COLLATE "C" NOT NULL,
    version       BIGINT NOT NULL CHECK (version > 0),
    updated_at_ms BIGINT NOT NULL,
    body          BYTEA NOT NULL
);

CREATE INDEX register_user ON register (user_key) WHERE user_key IS NOT NULL;
CREATE INDEX register_stage ON register (kind, stage);

CREATE TABLE timer (
    subject_id TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    ordinal    BIGINT NOT NULL,
    due_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (subject_id, kind, ordinal)
);

CREATE INDEX timer_due ON timer (due_at_ms);

CREATE TABLE letter (
    letter_id    BIGINT PRIMARY KEY NOT NULL,
    subject_id   TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL CHECK (version > 0),
    kind         TEXT COLLATE "C" NOT NULL,
    message_id   TEXT COLLATE "C" NOT NULL UNIQUE,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'sealed', 'discarded')),
    made_at_ms   BIGINT NOT NULL,
    sealed_at_ms BIGINT,
    because      TEXT,
    facts        BYTEA,
    bytes        BYTEA,
    CHECK ((state = 'sealed') = (bytes IS NOT NULL)),
    CHECK ((state = 'sealed') = (sealed_at_ms IS NOT NULL)),
    CHECK (state <> 'draft' OR (facts IS NOT NULL AND because IS NOT NULL))
);

CREATE INDEX letter_subject ON letter (subject_id);
CREATE INDEX letter_state ON letter (state, letter_id);

CREATE TRIGGER letter_is_final BEFORE UPDATE ON letter
FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse('a letter that is sealed or discarded is never changed');
CREATE TRIGGER letter_is_not_deleted BEFORE DELETE ON letter
FOR EACH ROW EXECUTE FUNCTION refuse('a letter is never deleted');

CREATE TABLE delivery (
    delivery_id        BIGINT PRIMARY KEY NOT NULL,
    letter_id          BIGINT NOT NULL REFERENCES letter (letter_id),
    recipient          TEXT COLLATE "C" NOT NULL,
    envelope_sender    TEXT COLLATE "C" NOT NULL,
    state              TEXT COLLATE "C" NOT NULL CHECK (state IN
        ('queued', 'transmitting', 'accepted', 'refused', 'expired', 'cancelled')),
    n_attempts         BIGINT NOT NULL DEFAULT 0 CHECK (n_attempts >= 0),
    possible_duplicate BIGINT NOT NULL DEFAULT 0 CHECK (possible_duplicate IN (0, 1)),
    not_before_ms      BIGINT NOT NULL,
    not_after_ms       BIGINT NOT NULL,
    settled_at_ms      BIGINT,
    answer             TEXT,
    claimed_by         TEXT COLLATE "C",
    UNIQUE (letter_id, recipient),
    CHECK ((claimed_by IS NOT NULL) = (state = 'transmitting')),
    CHECK ((settled_at_ms IS NULL) = (state IN ('queued', 'transmitting')))
);

CREATE INDEX delivery_open ON delivery (not_before_ms) WHERE settled_at_ms IS NULL;
CREATE INDEX delivery_until ON delivery (not_after_ms) WHERE settled_at_ms IS NULL;
CREATE INDEX delivery_failed ON delivery (letter_id) WHERE state IN ('refused', 'expired');

CREATE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM letter WHERE letter_id = NEW.letter_id) IS DISTINCT FROM 'sealed' THEN
        RAISE EXCEPTION 'a letter leaves only when it is sealed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER draft_does_not_leave BEFORE INSERT ON delivery
FOR EACH ROW EXECUTE FUNCTION refuse_unsealed();

CREATE TABLE alarm (
    alarm_key     TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    words         TEXT COLLATE "C" NOT NULL,
    raised_at_ms  BIGINT NOT NULL,
    last_at_ms    BIGINT NOT NULL,
    n_raised      BIGINT NOT NULL CHECK (n_raised > 0),
    cleared_at_ms BIGINT
);
