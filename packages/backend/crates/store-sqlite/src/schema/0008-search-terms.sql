-- The terms by which orders are found, in their search form: references (kind 1), tracking numbers (kind 2), and the ids that are not
-- in their search form themselves (kind 0). The index of `orders` finds the other ids.
CREATE TABLE terms (
  kind INTEGER NOT NULL,
  term TEXT NOT NULL,
  id   INTEGER NOT NULL,             -- of the order; its row is removed with it
  PRIMARY KEY (kind, term, id)
) STRICT, WITHOUT ROWID;
-- The program adds the terms of the orders up to now in steps.
INSERT INTO meta (key, value) SELECT 'terms_position', 0 WHERE EXISTS (SELECT 1 FROM orders);
