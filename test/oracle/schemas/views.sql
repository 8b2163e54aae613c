-- Views on views, materialized views on materialized views, rules and row level security.
CREATE TABLE base (id integer PRIMARY KEY, grp text, v numeric, parent integer REFERENCES base);
INSERT INTO base SELECT n, 'g' || n % 4, n * 1.1, nullif(n / 2, 0) FROM generate_series(1, 100) n;
CREATE VIEW by_key AS SELECT b.*, count(c.id) AS children FROM base b LEFT JOIN base c ON c.parent = b.id GROUP BY b.id;
CREATE VIEW on_view WITH (security_barrier) AS SELECT id, grp, children + 1 AS more FROM by_key WHERE grp <> 'g0;';
CREATE VIEW checked WITH (security_invoker = true) AS SELECT id, v FROM base WHERE v > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW alpha_late AS SELECT * FROM on_view; CREATE OR REPLACE VIEW by_key AS SELECT b.*, count(c.id) AS children, 1 AS added FROM base b LEFT JOIN base c ON c.parent = b.id GROUP BY b.id;
CREATE RECURSIVE VIEW tree (id, depth) AS SELECT id, 1 FROM base WHERE parent IS NULL UNION ALL SELECT b.id, depth + 1 FROM base b JOIN tree t ON b.parent = t.id;
CREATE VIEW windowed AS SELECT id, sum(v) OVER w AS s, row_number() OVER (PARTITION BY grp ORDER BY id ROWS 3 PRECEDING) FROM base WINDOW w AS (ORDER BY id);
CREATE VIEW of_values AS VALUES (1, 'a'''), (2, E'\n'); CREATE VIEW no_columns AS SELECT; CREATE VIEW lateral_json AS SELECT b.id, x.key FROM base b, LATERAL jsonb_each_text(to_jsonb(b)) x (key, value) WHERE x.value IS NOT NULL;
ALTER VIEW checked ALTER v SET DEFAULT 7; COMMENT ON COLUMN by_key.children IS 'c';
-- Two views that need each other: pg_dump breaks the loop with a dummy view and a rule.
CREATE VIEW loop_a AS SELECT 1 AS x; CREATE VIEW loop_b AS SELECT x FROM loop_a; CREATE OR REPLACE VIEW loop_a AS SELECT 1 AS x WHERE false UNION SELECT id FROM base WHERE false;
CREATE FUNCTION of_view(by_key) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.grp $$; CREATE FUNCTION grp_count(text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM public.base WHERE grp = $1 $$;
-- The names sort against their dependencies.
CREATE MATERIALIZED VIEW z_first AS SELECT grp, count(*) AS n, sum(v) AS total FROM base GROUP BY grp; CREATE UNIQUE INDEX ON z_first (grp);
CREATE MATERIALIZED VIEW m_second AS SELECT n, array_agg(grp ORDER BY grp) AS grps FROM z_first GROUP BY n; CREATE INDEX ON m_second USING gin (grps);
CREATE VIEW between_them AS SELECT n * 2 AS n2 FROM m_second; CREATE MATERIALIZED VIEW a_third WITH (fillfactor = 80) AS SELECT n2, grp_count('g1') FROM between_them;
CREATE MATERIALIZED VIEW unpopulated AS SELECT * FROM a_third WITH NO DATA; CREATE INDEX unpopulated_i ON unpopulated (n2);
ALTER MATERIALIZED VIEW z_first CLUSTER ON z_first_grp_idx; ALTER MATERIALIZED VIEW m_second ALTER n SET STATISTICS 50; COMMENT ON MATERIALIZED VIEW a_third IS 'third'; CREATE STATISTICS on_mat ON grp, n FROM z_first;
CREATE TABLE ruled (id integer, v text); CREATE TABLE shadow (id integer, v text, what text);
INSERT INTO ruled SELECT n, 'r' || n FROM generate_series(1, 30) n;
CREATE RULE on_insert AS ON INSERT TO ruled DO ALSO INSERT INTO shadow VALUES (new.id, new.v, 'insert;');
CREATE RULE on_delete AS ON DELETE TO ruled WHERE old.id > 5 DO INSTEAD (INSERT INTO shadow VALUES (old.id, old.v, 'delete'); UPDATE shadow SET what = 'x' WHERE id = old.id);
CREATE RULE tell AS ON UPDATE TO shadow DO ALSO NOTIFY "sha;dow"; CREATE RULE on_update AS ON UPDATE TO ruled DO INSTEAD NOTHING; ALTER TABLE ruled DISABLE RULE on_update; ALTER TABLE ruled ENABLE ALWAYS RULE on_delete; COMMENT ON RULE on_insert ON ruled IS 'r';
CREATE RULE view_insert AS ON INSERT TO on_view DO INSTEAD INSERT INTO base (id, grp) VALUES (new.id, new.grp) RETURNING id, grp, 1::bigint;
CREATE TABLE secured (id integer PRIMARY KEY, tenant text, v text); INSERT INTO secured SELECT n, 't' || n % 3, 'secret' FROM generate_series(1, 60) n;
ALTER TABLE secured ENABLE ROW LEVEL SECURITY; ALTER TABLE secured FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON secured USING (tenant = current_setting('app.tenant', true)) WITH CHECK (tenant <> 'x;');
CREATE POLICY readers ON secured AS RESTRICTIVE FOR SELECT TO auditor, "Reader é ""quoted"" x.y" USING (id IN (SELECT id FROM base)); CREATE POLICY adders ON secured FOR INSERT TO PUBLIC WITH CHECK (true); COMMENT ON POLICY readers ON secured IS 'p';
CREATE MATERIALIZED VIEW of_secured AS SELECT tenant, count(*) FROM secured GROUP BY tenant;
CREATE TABLE secured_quietly (id integer); ALTER TABLE secured_quietly FORCE ROW LEVEL SECURITY; INSERT INTO secured_quietly VALUES (1);
CREATE TABLE secured_shut (id integer); ALTER TABLE secured_shut ENABLE ROW LEVEL SECURITY; INSERT INTO secured_shut VALUES (1);
ALTER TABLE secured OWNER TO app_owner; ALTER MATERIALIZED VIEW of_secured OWNER TO app_owner; ALTER VIEW on_view OWNER TO app_owner; GRANT SELECT ON by_key TO app_owner; GRANT SELECT (id), UPDATE (v) ON base TO auditor; GRANT SELECT ON a_third TO auditor;
