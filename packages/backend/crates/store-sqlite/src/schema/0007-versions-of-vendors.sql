-- The last day of its latest earlier version; null without one.
ALTER TABLE vendors ADD COLUMN earlier_until INTEGER;

-- Earlier versions of master data, each valid through the end of its last day.
CREATE TABLE vendor_versions (
  vendor_id TEXT NOT NULL,
  last_day  INTEGER NOT NULL,
  body      TEXT NOT NULL,
  PRIMARY KEY (vendor_id, last_day)
) STRICT, WITHOUT ROWID;
