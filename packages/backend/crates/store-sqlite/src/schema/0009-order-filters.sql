-- The day before which orders have expired, as the next expiry would store it: orders expire by their last day, the earliest first.
INSERT INTO meta (key, value)
  SELECT 'orders_kept_from', min(expired, coalesce((SELECT min(keep_day) + 1 FROM orders), expired))
  FROM (SELECT max(expired_day) AS expired FROM expired_orders) WHERE expired IS NOT NULL;
