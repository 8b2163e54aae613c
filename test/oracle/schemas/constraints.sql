-- Constraints: circles, deferred ones, exclusions, unproven ones, and rows that only fit in the end.
CREATE EXTENSION btree_gist;
CREATE TABLE a (id integer PRIMARY KEY, b_id integer, self integer); CREATE TABLE b (id integer PRIMARY KEY, c_id integer NOT NULL); CREATE TABLE c (id integer PRIMARY KEY, a_id integer NOT NULL);
INSERT INTO a SELECT n, n, 51 - n FROM generate_series(1, 50) n; INSERT INTO b SELECT n, n FROM generate_series(1, 50) n; INSERT INTO c SELECT n, 51 - n FROM generate_series(1, 50) n;
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b ON UPDATE CASCADE ON DELETE SET NULL (b_id), ADD CONSTRAINT a_self FOREIGN KEY (self) REFERENCES a DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE b ADD CONSTRAINT b_c FOREIGN KEY (c_id) REFERENCES c MATCH FULL DEFERRABLE; ALTER TABLE c ADD CONSTRAINT c_a FOREIGN KEY (a_id) REFERENCES a NOT DEFERRABLE;
CREATE TABLE booking (room integer, during tstzrange, who text, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (who <> 'nobody') DEFERRABLE INITIALLY DEFERRED, CONSTRAINT hashes EXCLUDE USING hash (who WITH =));
INSERT INTO booking SELECT n % 3, tstzrange('2025-01-01'::timestamptz + n * interval '1 hour', '2025-01-01'::timestamptz + (n + 1) * interval '1 hour'), 'guest ' || n FROM generate_series(1, 40) n;
CREATE TABLE keys (x integer, y integer, z text, w integer, CONSTRAINT keys_pk PRIMARY KEY (x, y) INCLUDE (z), CONSTRAINT keys_w UNIQUE NULLS NOT DISTINCT (w) DEFERRABLE, CONSTRAINT "odd name; --" UNIQUE (z, x) WITH (fillfactor = 50));
INSERT INTO keys SELECT n, n % 5, 'z' || n, n FROM generate_series(1, 40) n;
CREATE UNIQUE INDEX later_key ON keys (y, x); ALTER TABLE keys ADD CONSTRAINT from_index UNIQUE USING INDEX later_key; ALTER TABLE keys CLUSTER ON keys_pk;
CREATE TABLE refers (x integer, y integer, w integer, nothing integer, FOREIGN KEY (x, y) REFERENCES keys MATCH SIMPLE ON DELETE RESTRICT, FOREIGN KEY (y, x) REFERENCES keys (y, x) ON DELETE SET DEFAULT);
INSERT INTO refers SELECT n, n % 5 FROM generate_series(1, 40) n; INSERT INTO refers VALUES (NULL, 99), (99, NULL);
-- Broken rows under a constraint that was never proven: they come back as they were.
CREATE TABLE orphan (id integer, parent integer); INSERT INTO orphan VALUES (1, 1), (2, 999); ALTER TABLE orphan ADD CONSTRAINT unproven FOREIGN KEY (parent) REFERENCES a NOT VALID, ADD CONSTRAINT unproven_check CHECK (parent < 500) NOT VALID;
CREATE TABLE checks (a integer CHECK (a > 0), b integer, CONSTRAINT together CHECK (a < b AND b <> ALL (ARRAY[7, 8])), CONSTRAINT "q""uoted" CHECK (b IS NOT NULL) NO INHERIT); INSERT INTO checks VALUES (1, 2);
COMMENT ON CONSTRAINT a_self ON a IS 'circle'; COMMENT ON CONSTRAINT "odd name; --" ON keys IS 'odd'; COMMENT ON INDEX from_index IS 'was later_key';
