#!/bin/bash
# Tables, indexes, joins, aggregates, transactions, recursive queries, a file that is opened again.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

echo "== tables"
sqlite3 shop.db <<'END'
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL CHECK (price > 0));
CREATE TABLE sale (customer INTEGER REFERENCES customer, item INTEGER REFERENCES item, day INTEGER, amount INTEGER);
CREATE INDEX sale_by_customer ON sale (customer, day);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
INSERT INTO customer SELECT i, 'customer ' || i, CASE i % 4 WHEN 0 THEN 'Rome' WHEN 1 THEN 'Oslo' WHEN 2 THEN 'Lima' END FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)
INSERT INTO item SELECT i, printf('item-%03d', i), round(1.25 * i + (i * 7 % 5) / 3.0, 2) FROM n;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO sale SELECT i * 7919 % 60 + 1, i * 104729 % 25 + 1, i % 365, i * 31 % 9 + 1 FROM n;
COMMIT;
SELECT count(*), sum(amount), min(day), max(day) FROM sale;
END

echo "== queries, in a new process"
sqlite3 -header -column shop.db <<'END'
SELECT city, count(*) AS customers, count(DISTINCT substr(name, 10, 1)) AS digits FROM customer GROUP BY city ORDER BY city;
SELECT c.name, round(sum(s.amount * i.price), 2) AS total
FROM sale s JOIN customer c ON c.id = s.customer JOIN item i ON i.id = s.item
GROUP BY c.id ORDER BY total DESC, c.id LIMIT 5;
SELECT name, price, avg(price) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving, rank() OVER (ORDER BY price DESC) AS rank
FROM item WHERE id <= 6;
END
sqlite3 shop.db "EXPLAIN QUERY PLAN SELECT * FROM sale WHERE customer = 5 AND day > 100;"
sqlite3 shop.db "SELECT name FROM customer WHERE id NOT IN (SELECT customer FROM sale) ORDER BY id;" | head -n 3
sqlite3 -separator , shop.db "SELECT day / 91, sum(amount), group_concat(DISTINCT item % 3) FROM sale GROUP BY 1 HAVING sum(amount) > 1000;"

echo "== numbers and text"
sqlite3 :memory: <<'END'
SELECT 7 / 2, -7 / 2, -7 % 3, 7.0 / 2, 1e308 * 10, 9223372036854775807 + 1, 1 << 40, 0.1 + 0.2, round(2.567, 1);
SELECT upper('abc'), length('naïve'), replace('banana', 'an', '<>'), substr('hello', -3, 2), instr('needle', 'dle'), hex('AZ'), quote('it''s');
SELECT printf('%08.3f|%-6s|%+d|%x|%e', 3.14159, 'ab', 5, 255, 12345.678), typeof(1), typeof('1' + 1), typeof(NULL), coalesce(NULL, 3);
SELECT date('2024-02-28', '+2 days'), strftime('%j %W', '2024-12-31'), julianday('2000-01-01') - julianday('1999-01-01');
WITH RECURSIVE f(n, a, b) AS (SELECT 0, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM f WHERE n < 50) SELECT a FROM f WHERE n IN (10, 50);
WITH RECURSIVE
  x(v) AS (SELECT -2.0 UNION ALL SELECT v + 0.1 FROM x WHERE v < 0.9),
  y(v) AS (SELECT -1.0 UNION ALL SELECT v + 0.25 FROM y WHERE v < 1.0),
  m(i, cx, cy, zx, zy) AS (
    SELECT 0, x.v, y.v, 0.0, 0.0 FROM x, y
    UNION ALL SELECT i + 1, cx, cy, zx * zx - zy * zy + cx, 2.0 * zx * zy + cy FROM m WHERE zx * zx + zy * zy < 4.0 AND i < 20)
SELECT sum(n), max(n) FROM (SELECT max(i) AS n FROM m GROUP BY cx, cy);
SELECT 'a' LIKE 'A', 'abc' GLOB 'a*', json_extract('{"a":[1,{"b":2}]}', '$.a[1].b'), json_array(1, 'two', NULL);
END

echo "== transactions and errors"
sqlite3 shop.db "BEGIN; DELETE FROM sale; SELECT count(*) FROM sale; ROLLBACK; SELECT count(*) FROM sale;"
sqlite3 shop.db "INSERT INTO item VALUES (1, 'again', 1);" 2>&1
sqlite3 shop.db "INSERT INTO item VALUES (99, 'free', 0);" 2>&1
sqlite3 shop.db "SELECT nonsense FROM item;" 2>&1 | head -n 1
echo "status ${PIPESTATUS[0]}"
sqlite3 shop.db "CREATE TRIGGER price AFTER UPDATE ON item BEGIN INSERT INTO sale VALUES (0, new.id, 0, 0); END; UPDATE item SET price = price * 1.1 WHERE id < 4; SELECT count(*) FROM sale;"
sqlite3 shop.db "CREATE VIRTUAL TABLE text USING fts5(body); INSERT INTO text VALUES ('the quick brown fox'), ('a lazy dog'), ('quick dog'); SELECT body FROM text WHERE text MATCH 'quick' ORDER BY rank;"

echo "== dump and restore"
sqlite3 shop.db .dump | sqlite3 copy.db
for db in shop copy; do sqlite3 $db.db "SELECT count(*), sum(customer * 31 + item * 7 + day) FROM sale; PRAGMA integrity_check;"; done
sqlite3 copy.db "DELETE FROM sale WHERE day % 2; VACUUM; PRAGMA page_count;"
sqlite3 -csv shop.db "SELECT * FROM item ORDER BY id" | md5sum
exit 2
