-- The batches of its events that were not taken back: a space, then each id and a space.
ALTER TABLE expired_orders ADD COLUMN batches TEXT NOT NULL DEFAULT '';
