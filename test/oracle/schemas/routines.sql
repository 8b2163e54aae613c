-- Routines in several languages whose bodies look like everything else.
CREATE SCHEMA logic;
CREATE FUNCTION logic.add(a integer, b integer DEFAULT 2, VARIADIC rest integer[] DEFAULT '{}') RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS 'SELECT a + b';
CREATE FUNCTION logic.add(a text) RETURNS text LANGUAGE sql STABLE COST 7 AS $$ SELECT a || ';' -- Name: trap; Type: TABLE; Schema: public; Owner: postgres
$$;
CREATE FUNCTION logic.atomic(n integer) RETURNS SETOF integer LANGUAGE sql ROWS 5 BEGIN ATOMIC SELECT 1; SELECT CASE WHEN n > 0 THEN n ELSE (SELECT 2) END; END;
CREATE FUNCTION logic.one_line(n integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN n * 2;
CREATE FUNCTION logic.quoting() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = logic, pg_temp SET work_mem = '5MB' AS $outer$
DECLARE
  s text := $inner$ it's; COPY public.t (a) FROM stdin;
1	$$ \.
\.
-- PostgreSQL database dump complete
$inner$;
BEGIN
  EXECUTE $$ DO $do$ BEGIN NULL; END $do$ $$;
  /* a comment ; /* nested $outer_not$ */ ' */
  RETURN s || E'\'' || U&'\0041' || "$1"."x" FROM (SELECT 1 AS x) AS "$1";
END $outer$;
CREATE FUNCTION logic.tags() RETURNS text LANGUAGE sql AS $_$ SELECT $a_1$ $_ $ $a$ \connect nowhere $a_1$ $_$;
CREATE FUNCTION logic.backslash() RETURNS text LANGUAGE sql AS E'SELECT ''a\\\\b\'\'c'' -- \n';
CREATE FUNCTION logic.single_quoted() RETURNS text LANGUAGE sql AS 'SELECT ''$$ ; -- '' || ''\''';
CREATE FUNCTION logic.outs(IN a integer, OUT b integer, INOUT c text) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
CREATE FUNCTION logic.table_of(a integer) RETURNS TABLE (x integer, "Y z" text) LANGUAGE sql AS $$ SELECT a, 'b' $$;
CREATE FUNCTION logic.poly(anyelement, anyarray) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1 $$;
CREATE PROCEDURE logic.work(INOUT n integer) LANGUAGE plpgsql AS $$ BEGIN COMMIT; n := n + 1; ROLLBACK; END $$;
CREATE PROCEDURE logic.atomic_work() LANGUAGE sql BEGIN ATOMIC END;
CREATE AGGREGATE logic.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = SAFE, COMBINEFUNC = int4pl);
CREATE FUNCTION logic.keep(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce($1, $2) $$;
CREATE AGGREGATE logic.any_text(text) (SFUNC = logic.keep, STYPE = text);
CREATE OPERATOR logic.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq, COMMUTATOR = OPERATOR(logic.===), RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR logic.!! (RIGHTARG = text, FUNCTION = upper);
CREATE TABLE logic.log (id serial PRIMARY KEY, what text, at text DEFAULT 'never', computed integer GENERATED ALWAYS AS (logic.one_line(3)) STORED, CHECK (logic.add(1, 2) = 3));
CREATE FUNCTION logic.uses_table() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM logic.log WHERE what LIKE '%;%'; END;
CREATE FUNCTION logic.row_of(logic.log) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1.what $$;
CREATE INDEX ON logic.log (logic.one_line(id)); CREATE INDEX ON logic.log (logic.keep(what, 'x'));
CREATE FUNCTION logic.audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO logic.log (what) VALUES (tg_op); RETURN coalesce(new, old); END $$;
CREATE TABLE logic.watched (id integer PRIMARY KEY, v text, w integer);
INSERT INTO logic.log (what) SELECT 'before; ' || n FROM generate_series(1, 20) n; INSERT INTO logic.watched SELECT n, 'v' || n FROM generate_series(1, 20) n;
CREATE TRIGGER a_row AFTER INSERT OR DELETE OR UPDATE OF v, w ON logic.watched FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION logic.audit('arg''1', 'x\y');
CREATE TRIGGER b_statement AFTER UPDATE ON logic.watched REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION logic.audit();
CREATE TRIGGER c_truncate BEFORE TRUNCATE ON logic.watched EXECUTE FUNCTION logic.audit();
CREATE CONSTRAINT TRIGGER d_deferred AFTER INSERT ON logic.watched DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION logic.audit();
ALTER TABLE logic.watched ENABLE ALWAYS TRIGGER a_row, ENABLE REPLICA TRIGGER b_statement, DISABLE TRIGGER c_truncate;
CREATE VIEW logic.seen AS SELECT id, v FROM logic.watched; CREATE TRIGGER instead INSTEAD OF INSERT ON logic.seen FOR EACH ROW EXECUTE FUNCTION logic.audit();
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
DROP TRANSFORM FOR integer LANGUAGE sql;
COMMENT ON FUNCTION logic.add(integer, integer, integer[]) IS E'first\n--\n-- Name: fake; Type: TABLE; Schema: logic; Owner: nobody\n--\n\nCREATE TABLE fake ();\n';
COMMENT ON AGGREGATE logic.total(integer) IS 'agg'; COMMENT ON OPERATOR logic.=== (integer, integer) IS 'op'; COMMENT ON PROCEDURE logic.work IS '\. $$'; COMMENT ON TRIGGER a_row ON logic.watched IS 'tr';
ALTER FUNCTION logic.quoting() OWNER TO app_owner; ALTER PROCEDURE logic.work OWNER TO app_owner; ALTER AGGREGATE logic.total(integer) OWNER TO app_owner; ALTER OPERATOR logic.=== (integer, integer) OWNER TO app_owner; ALTER TABLE logic.watched OWNER TO app_owner;
REVOKE ALL ON FUNCTION logic.quoting() FROM PUBLIC; GRANT EXECUTE ON FUNCTION logic.quoting() TO auditor WITH GRANT OPTION; GRANT ALL ON PROCEDURE logic.work TO "Reader é ""quoted"" x.y";
