-- What the folder is for in which a mail was seen; of several roles, notices.
ALTER TABLE inbox ADD COLUMN role TEXT NOT NULL DEFAULT 'notices' CHECK (role IN ('notices', 'junk', 'sent'));

CREATE INDEX inbox_sent ON inbox (message_id) WHERE role = 'sent';
