-- The day before which orders have expired, as the next expiry would store it: orders expire by their last day, the earliest first.
INSERT INTO meta (key, value)
  SELECT 'orders_kept_from', min(expired, coalesce((SELECT min(keep_day) + 1 FROM orders), expired))
  FROM (SELECT max(expired_day) AS expired FROM expired_orders) WHERE expired IS NOT NULL;

-- The milestones of an order as reports count them, each with its day in the report time zone. The instant of `due_day` is
-- `promise_at`, that of `ship_due_day` is `ship_by_at`.
ALTER TABLE orders ADD COLUMN due_day INTEGER;
ALTER TABLE orders ADD COLUMN on_time INTEGER;
ALTER TABLE orders ADD COLUMN ship_by_at INTEGER;
ALTER TABLE orders ADD COLUMN ship_due_day INTEGER;
ALTER TABLE orders ADD COLUMN shipped_on_time INTEGER;
ALTER TABLE orders ADD COLUMN completed_day INTEGER;
ALTER TABLE orders ADD COLUMN handed_over_day INTEGER;
ALTER TABLE orders ADD COLUMN handed_over_at INTEGER;
ALTER TABLE orders ADD COLUMN returned_day INTEGER;
ALTER TABLE orders ADD COLUMN returned_at INTEGER;
ALTER TABLE orders ADD COLUMN refunded_day INTEGER;
ALTER TABLE orders ADD COLUMN refunded_at INTEGER;
-- Of an open order: since when it is unshipped or stalled, if nothing happens until then.
ALTER TABLE orders ADD COLUMN unshipped_at INTEGER;
ALTER TABLE orders ADD COLUMN stalled_at INTEGER;
ALTER TABLE orders ADD COLUMN gift_value INTEGER;

-- One index a milestone, led by the day: the days of a vendor are a seek each, a day of the fleet is sorted when it is read.
CREATE INDEX orders_by_due ON orders (due_day, on_time, vendor_id, promise_at, order_id) WHERE due_day IS NOT NULL;
CREATE INDEX orders_by_ship_due ON orders (ship_due_day, shipped_on_time, vendor_id, ship_by_at, order_id)
  WHERE ship_due_day IS NOT NULL;
CREATE INDEX orders_by_completion ON orders (completed_day, vendor_id, completed_at, order_id, status)
  WHERE completed_day IS NOT NULL;
CREATE INDEX orders_by_handover ON orders (handed_over_day, vendor_id, handed_over_at, order_id)
  WHERE handed_over_day IS NOT NULL;
CREATE INDEX orders_by_return ON orders (returned_day, vendor_id, returned_at, order_id) WHERE returned_day IS NOT NULL;
CREATE INDEX orders_by_refund ON orders (refunded_day, vendor_id, refunded_at, order_id) WHERE refunded_day IS NOT NULL;
-- All that the lists to chase select and sort open orders by. They are few.
CREATE INDEX orders_open ON orders
  (vendor_id, created_at, order_id, promise_at, unshipped_at, stalled_at, gift_value, status) WHERE status BETWEEN 0 AND 2;
-- Orders that were open for more than 30 days: a list of the open orders of a past instant looks at 30 days of placements and at these.
CREATE INDEX orders_long_open ON orders (created_at, order_id, completed_at)
  WHERE completed_at - created_at > 2592000000000;

-- The columns of older orders are computed with everything that is counted again, as after a change of its rules.
UPDATE meta SET value = 'columns are missing' WHERE key = 'zone_rules';
