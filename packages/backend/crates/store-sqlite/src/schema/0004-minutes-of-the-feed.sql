-- How many orders of the recent feed had their latest event in a minute (minutes since 1970-01-01T00:00Z), by where they stand.
CREATE TABLE recent_minutes (
  minute INTEGER NOT NULL,
  status INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  PRIMARY KEY (minute, status)
) STRICT, WITHOUT ROWID;
INSERT INTO recent_minutes SELECT updated_at / 60000000, status, count(*) FROM recent_orders GROUP BY 1, 2;
