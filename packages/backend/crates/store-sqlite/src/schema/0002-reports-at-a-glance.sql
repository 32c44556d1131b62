-- How the kept reports are, without their bodies.
CREATE INDEX reports_at_a_glance ON reports (vendor_id, revision, unchanged_until);
