-- Instants are microseconds since 1970-01-01T00:00:00Z, days are days since 1970-01-01 in the report time zone.

-- time_zone, revision, checkpoint, rolled_at, kept_from
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

CREATE TABLE vendors (
  vendor_id TEXT PRIMARY KEY,
  revision  INTEGER NOT NULL,
  body      TEXT NOT NULL            -- master data, JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX vendors_by_revision ON vendors (revision);

-- An order with its history: a line a fact, each the instant it was recorded, a space, and the event's JSON.
-- Everything from vendor_id to completed_at is null (or 0) until the placement is known.
CREATE TABLE orders (
  id           INTEGER PRIMARY KEY,
  order_id     TEXT NOT NULL UNIQUE,
  version      INTEGER NOT NULL,     -- facts known
  keep_day     INTEGER NOT NULL,     -- the latest day of placement, promise, completion and recording
  vendor_id    TEXT,
  gift_type    TEXT NOT NULL DEFAULT '',
  status       INTEGER,              -- place among the nine
  late         INTEGER,              -- ended after its promise
  created_at   INTEGER,
  promise_at   INTEGER,
  completed_at INTEGER,
  history      TEXT NOT NULL
) STRICT;

-- Every list is a merge of streams, each in the order of the list: one a status (and whether it ended late), or one a gift
-- type and status where the list is of one gift type or of one vendor.
CREATE INDEX orders_by_status ON orders (status, late, created_at, order_id, promise_at) WHERE vendor_id IS NOT NULL;
CREATE INDEX orders_by_gift ON orders (gift_type, status, late, created_at, order_id, promise_at)
  WHERE vendor_id IS NOT NULL;
CREATE INDEX orders_by_vendor ON orders (vendor_id, gift_type, status, late, created_at, order_id, promise_at)
  WHERE vendor_id IS NOT NULL;
-- LOST, DAMAGED, UNDELIVERABLE, RETURN_TO_SENDER
CREATE INDEX orders_by_issue ON orders (vendor_id, completed_at, order_id) WHERE status BETWEEN 4 AND 7;
CREATE INDEX orders_by_keep_day ON orders (keep_day);

-- Orders whose latest event occurred in the last seven days, for the recent feed.
CREATE TABLE recent_orders (
  id         INTEGER PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
  order_id   TEXT NOT NULL,
  vendor_id  TEXT NOT NULL,
  status     INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recent_by_update ON recent_orders (updated_at, order_id);
CREATE INDEX recent_by_status ON recent_orders (status, updated_at, order_id);
CREATE INDEX recent_by_vendor ON recent_orders (vendor_id, updated_at, order_id, status);

-- Vendors that a placement named which is not the order's own: they were told of facts, too.
CREATE TABLE also_named (
  vendor_id TEXT NOT NULL,
  id        INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  PRIMARY KEY (vendor_id, id)
) STRICT, WITHOUT ROWID;

-- The change feed: order `id` grew from one version to another. Gone once the buckets reflect it.
CREATE TABLE changes (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  id           INTEGER NOT NULL,
  from_version INTEGER NOT NULL,
  to_version   INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL
) STRICT;

-- Counters of a vendor (of the fleet where `book` is empty) and a day; the codec says how they are written.
CREATE TABLE buckets (
  book        TEXT NOT NULL,
  day         INTEGER NOT NULL,
  changed_day INTEGER NOT NULL,
  latest_fact INTEGER,               -- the latest fact told, in microseconds since the start of the day
  totals      BLOB NOT NULL,
  minutes     BLOB NOT NULL,
  PRIMARY KEY (book, day)
) STRICT, WITHOUT ROWID;

-- The part of the buckets that comes from orders that have expired; in day -1000000, from buckets that have.
CREATE TABLE settled (
  book    TEXT NOT NULL,
  day     INTEGER NOT NULL,
  totals  BLOB NOT NULL,
  minutes BLOB NOT NULL,
  PRIMARY KEY (book, day)
) STRICT, WITHOUT ROWID;

-- The sum of all buckets there ever were, and when one of them changed last.
CREATE TABLE books (
  book     TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  totals   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX books_by_revision ON books (revision);

-- The report of today that was made last, and the revision of the book it was made from.
CREATE TABLE reports (
  vendor_id       TEXT PRIMARY KEY,
  revision        INTEGER NOT NULL,
  unchanged_until INTEGER NOT NULL,
  body            TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Orders that have expired: facts about them change nothing.
CREATE TABLE expired_orders (
  order_id    TEXT PRIMARY KEY,
  expired_day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
