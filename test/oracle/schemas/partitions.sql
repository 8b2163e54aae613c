-- Partitions of every kind, with keys and indexes on partitioned tables and foreign keys to and from them.
CREATE SCHEMA measure;
SET search_path = measure;
CREATE TABLE place (id integer PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE reading (
  id bigint GENERATED ALWAYS AS IDENTITY,
  place_id integer NOT NULL REFERENCES place,
  at date NOT NULL,
  value numeric(12, 4) DEFAULT 0,
  note text,
  PRIMARY KEY (id, at, place_id)
) PARTITION BY RANGE (at);
CREATE TABLE reading_2024 PARTITION OF reading FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE reading_2025 PARTITION OF reading FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (place_id);
CREATE TABLE reading_2025_a PARTITION OF reading_2025 FOR VALUES IN (1, 2);
CREATE TABLE reading_2025_b PARTITION OF reading_2025 FOR VALUES IN (3) PARTITION BY HASH (id);
CREATE TABLE reading_2025_b0 PARTITION OF reading_2025_b FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE reading_2025_b1 PARTITION OF reading_2025_b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE reading_2025_rest PARTITION OF reading_2025 DEFAULT;
CREATE TABLE reading_rest PARTITION OF reading DEFAULT;
-- Attached later, so that its columns stand in another order and one was dropped.
CREATE TABLE reading_2023 (gone text, note text, value numeric(12, 4) DEFAULT 0, at date NOT NULL, place_id integer NOT NULL, id bigint NOT NULL);
ALTER TABLE reading_2023 DROP COLUMN gone;
ALTER TABLE reading ATTACH PARTITION reading_2023 FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE INDEX reading_place ON reading (place_id, at DESC) INCLUDE (value);
CREATE INDEX reading_note ON ONLY reading (lower(note));
CREATE INDEX reading_2024_note ON reading_2024 (lower(note));
ALTER INDEX reading_note ATTACH PARTITION reading_2024_note;
CREATE UNIQUE INDEX reading_2024_only ON reading_2024 (note) WHERE value > 100;
ALTER TABLE reading_2024 ADD CONSTRAINT positive_2024 CHECK (value > -1000);
ALTER TABLE reading ADD CONSTRAINT sane CHECK (value < 1000000);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.note := coalesce(new.note, '') || '+'; RETURN new; END $$;
INSERT INTO place SELECT n, 'place ' || n FROM generate_series(1, 6) n;
INSERT INTO reading (place_id, at, value, note)
  SELECT 1 + n % 5, date '2023-06-01' + n * 3, n * 1.5, CASE WHEN n % 7 = 0 THEN NULL ELSE 'note ' || n END FROM generate_series(1, 500) n;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON reading FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE reading_2024 DISABLE TRIGGER stamp;
CREATE TABLE alarm (reading_id bigint, reading_at date, reading_place integer, severity integer, FOREIGN KEY (reading_id, reading_at, reading_place) REFERENCES reading ON DELETE CASCADE);
INSERT INTO alarm SELECT id, at, place_id, 1 FROM reading WHERE value > 600;
-- An identity across partitions, a list with NULL, a hash over text, an empty root.
CREATE TABLE kind (code text, n integer) PARTITION BY LIST (code);
CREATE TABLE kind_null PARTITION OF kind FOR VALUES IN (NULL, 'a''b');
CREATE TABLE kind_rest PARTITION OF kind DEFAULT;
INSERT INTO kind VALUES (NULL, 1), ('a''b', 2), ('c', 3);
CREATE TABLE shard (key text PRIMARY KEY, v integer) PARTITION BY HASH (key);
CREATE TABLE shard_0 PARTITION OF shard FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE shard_1 PARTITION OF shard FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE shard_2 PARTITION OF shard FOR VALUES WITH (MODULUS 3, REMAINDER 2) WITH (fillfactor = 70);
INSERT INTO shard SELECT 'key ' || n, n FROM generate_series(1, 200) n;
CREATE TABLE empty_root (a integer, b integer) PARTITION BY RANGE (a, (b + 1));
CREATE TABLE many (a integer, b text, c text) PARTITION BY RANGE (a, b);
CREATE TABLE many_low PARTITION OF many FOR VALUES FROM (MINVALUE, MINVALUE) TO (10, 'm');
CREATE TABLE many_high PARTITION OF many FOR VALUES FROM (10, 'm') TO (MAXVALUE, MAXVALUE);
INSERT INTO many VALUES (1, 'a', 'x'), (10, 'l', 'y'), (10, 'm', 'z'), (99, 'q', NULL);
CREATE STATISTICS reading_stats (dependencies, ndistinct) ON place_id, at FROM reading_2024;
COMMENT ON TABLE reading IS 'root'; COMMENT ON INDEX reading_place IS 'on the root';
ALTER TABLE reading OWNER TO app_owner; ALTER TABLE reading_2024 OWNER TO app_owner;
-- The other partitions stay with the superuser: owners differ inside one tree.
GRANT SELECT ON reading TO auditor; GRANT INSERT ON reading_2025_a TO auditor;
