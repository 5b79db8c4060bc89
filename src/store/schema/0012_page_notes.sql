-- What was taken from a page beside its text, and where it stood there, in words.
ALTER TABLE page ADD COLUMN notes TEXT;
