-- Subjects of a kind are listed page by page in the order of their names: without this each page sorted all of them anew.
CREATE INDEX register_kind ON register (kind, subject_id);
