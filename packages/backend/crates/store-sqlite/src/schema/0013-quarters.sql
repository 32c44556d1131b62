-- The day by quarter: `Quarters` says how it is written. It follows from `minutes`; the detection reads it alone.
ALTER TABLE buckets ADD COLUMN quarters BLOB NOT NULL DEFAULT x'';
