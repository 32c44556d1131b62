-- The latest delivery of the bucket, in microseconds since the start of the day.
ALTER TABLE buckets ADD COLUMN latest_delivery INTEGER;
