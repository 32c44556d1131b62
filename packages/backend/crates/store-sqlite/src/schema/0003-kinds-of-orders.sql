-- How many orders of each kind there are, by vendor and of the fleet (where `book` is empty): what an index range of a list holds.
CREATE TABLE order_kinds (
  book      TEXT NOT NULL,
  gift_type TEXT NOT NULL,
  status    INTEGER NOT NULL,
  late      INTEGER NOT NULL,
  orders    INTEGER NOT NULL,
  PRIMARY KEY (book, gift_type, status, late)
) STRICT, WITHOUT ROWID;
INSERT INTO order_kinds SELECT vendor_id, gift_type, status, late, count(*) FROM orders
  WHERE vendor_id IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO order_kinds SELECT '', gift_type, status, late, sum(orders) FROM order_kinds GROUP BY 2, 3, 4;

-- From here on, `late` is also set of an order that goes on with its promise over, as far as the clock was looked at.
CREATE INDEX orders_by_promise ON orders (late, promise_at) WHERE status BETWEEN 0 AND 2;
