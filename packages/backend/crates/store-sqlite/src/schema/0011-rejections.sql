-- What was refused, and why: `RejectionStore`. `meta` has its number, its bytes of bodies and its latest time.
CREATE TABLE rejections (
  id       TEXT PRIMARY KEY,
  first_at INTEGER NOT NULL,          -- microseconds since 1970
  last_at  INTEGER NOT NULL,
  times    INTEGER NOT NULL,
  source   TEXT NOT NULL,
  route    TEXT NOT NULL,
  code     TEXT NOT NULL,
  reason   TEXT NOT NULL,
  is_cut   INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,
  body     BLOB NOT NULL
) STRICT;
CREATE INDEX rejections_by_time ON rejections (first_at, id, bytes);
