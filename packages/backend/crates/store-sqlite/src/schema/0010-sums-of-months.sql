-- The totals of the days of a month (months since the year 0), of a vendor, or of the fleet where `book` is empty: what reports of past
-- dates read. `MonthTotals` says how they are written.
CREATE TABLE months (
  month INTEGER NOT NULL,
  book  TEXT NOT NULL,
  days  BLOB NOT NULL,
  PRIMARY KEY (month, book)
) STRICT, WITHOUT ROWID;

-- How each month changed the levels: `MonthSummaries`. Null until the months of an older file are summed.
ALTER TABLE books ADD COLUMN months BLOB;
