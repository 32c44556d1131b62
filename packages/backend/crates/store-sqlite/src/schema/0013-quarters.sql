-- The day by quarter: `Quarters` says how it is written. It follows from `minutes`; the detection reads it alone.
ALTER TABLE buckets ADD COLUMN quarters BLOB NOT NULL DEFAULT x'';

-- The revision at which the counters of a day changed last, of any vendor.
CREATE TABLE day_revisions (
  day      INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL
) STRICT;

-- States of the detection at the ends of quarters of days, computed from what was counted before: `FleetDetector` says how they are
-- written.
CREATE TABLE detections (
  day         INTEGER NOT NULL,
  slots       INTEGER NOT NULL,           -- how many quarters of the day are over
  revision    INTEGER NOT NULL,           -- before the counters were read
  computed_at INTEGER NOT NULL,           -- microseconds since 1970
  state       BLOB NOT NULL,
  PRIMARY KEY (day, slots)
) STRICT;

-- What changed about the vendors of episodes, kept because orders expire: `write_explained` says how it is written.
CREATE TABLE explanations (
  raised_at   INTEGER NOT NULL,           -- microseconds since 1970
  vendor_id   TEXT NOT NULL,
  explanation BLOB NOT NULL,
  PRIMARY KEY (raised_at, vendor_id)
) STRICT;
