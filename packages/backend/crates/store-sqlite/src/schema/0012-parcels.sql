-- Facts of parcels whose orders are not known yet: `ParcelStore`.
CREATE TABLE waiting_parcels (
  parcel   TEXT NOT NULL,             -- `parcel_term`
  event_id TEXT NOT NULL,
  since    INTEGER NOT NULL,          -- microseconds since 1970
  source   TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  body     TEXT NOT NULL,             -- the fact, as JSON
  PRIMARY KEY (parcel, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_parcels_by_time ON waiting_parcels (since, parcel, event_id);
-- Parcels become terms (kind 3). The program adds those of the orders up to now in steps.
INSERT INTO meta (key, value) SELECT 'terms_position', 0 WHERE EXISTS (SELECT 1 FROM orders)
  ON CONFLICT (key) DO UPDATE SET value = 0;
