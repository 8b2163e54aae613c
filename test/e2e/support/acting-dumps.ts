/** A grammar of dumps whose code acts: every place of a dump that runs code, with an act drawn for it. */

/** What code tries: most of it the server refuses, the last ones change what a dump has no business to change. */
const acts: string[] = [
  `EXECUTE 'GRANT pg_execute_server_program TO CURRENT_USER';`,
  `EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch PROOF''';`,
  `EXECUTE 'CREATE ROLE chained IN ROLE pg_write_server_files ROLE CURRENT_USER';`,
  `EXECUTE 'COPY (SELECT 1) TO ''PROOF''';`,
  `PERFORM pg_read_file('/etc/passwd');`,
  `PERFORM lo_export(1, 'PROOF');`,
  'PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid();',
  `EXECUTE 'GRANT pg_signal_backend TO CURRENT_USER';`,
  `EXECUTE 'SET ROLE drill_admin';`,
  `EXECUTE 'CREATE SERVER IF NOT EXISTS s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port ''PORT'')';
      EXECUTE 'CREATE USER MAPPING IF NOT EXISTS FOR CURRENT_USER SERVER s OPTIONS (user ''u'', password ''p'')';
      EXECUTE 'CREATE FOREIGN TABLE IF NOT EXISTS public.away (a int) SERVER s';
      BEGIN PERFORM a FROM public.away; EXCEPTION WHEN OTHERS THEN NULL; END;`,
  `EXECUTE 'ALTER ROLE CURRENT_USER SET statement_timeout = 1';`,
  `EXECUTE 'ALTER ROLE CURRENT_USER PASSWORD ''x''';`,
  `EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database());`,
  `EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC, CURRENT_USER', current_database());`,
  `EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = ''PROOF''', current_database());`,
];

const codeOf = (name: string, act: string, kind: 'VOLATILE' | 'IMMUTABLE'): string =>
  `CREATE FUNCTION public.${name}_act(x integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$ BEGIN ${act} RETURN x; END $$;
CREATE FUNCTION public.${name}(x integer) RETURNS integer LANGUAGE plpgsql ${kind} AS $$ BEGIN PERFORM public.${name}_act(x); RETURN x; END $$;
`;

/** A table of its own for each place, with two rows. */
const table = (name: string): string => `CREATE TABLE public.t_${name} (id integer);\n`;
const rows = (name: string): string => `COPY public.t_${name} (id) FROM stdin;\n1\n2\n\\.\n\n`;

const places: Record<string, (name: string, act: string) => string> = {
  check: (name, act) =>
    `${table(name)}${codeOf(name, act, 'VOLATILE')}${rows(name)}ALTER TABLE public.t_${name} ADD CONSTRAINT c CHECK (public.${name}(id) = id);\n`,
  generated: (name, act) =>
    `${table(name)}${codeOf(name, act, 'IMMUTABLE')}${rows(name)}ALTER TABLE public.t_${name} ADD COLUMN g integer GENERATED ALWAYS AS (public.${name}(id)) STORED;\n`,
  index: (name, act) =>
    `${table(name)}${codeOf(name, act, 'IMMUTABLE')}${rows(name)}CREATE INDEX i_${name} ON public.t_${name} (public.${name}(id));\n`,
  default: (name, act) =>
    `${table(name)}${codeOf(name, act, 'VOLATILE')}${rows(name)}ALTER TABLE public.t_${name} ADD COLUMN d integer DEFAULT public.${name}(1);\n`,
  trigger: (name, act) =>
    `${table(name)}CREATE FUNCTION public.${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${act} RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE INSERT ON public.t_${name} FOR EACH ROW EXECUTE FUNCTION public.${name}();\n${rows(name)}`,
  domain: (name, act) =>
    `${codeOf(name, act, 'VOLATILE')}CREATE DOMAIN public.d_${name} AS integer CHECK (public.${name}(VALUE) = VALUE);
CREATE TABLE public.t_${name} (id public.d_${name});\n${rows(name)}`,
  view: (name, act) =>
    `${table(name)}${codeOf(name, act, 'VOLATILE')}${rows(name)}CREATE MATERIALIZED VIEW public.m_${name} AS SELECT public.${name}(id) AS x FROM public.t_${name} WITH NO DATA;
REFRESH MATERIALIZED VIEW public.m_${name};\n`,
  operator: (name, act) =>
    `${table(name)}CREATE FUNCTION public.${name}(x integer, y integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN ${act} RETURN true; END $$;
CREATE OPERATOR public.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = public.${name});
${rows(name)}ALTER TABLE public.t_${name} ADD CONSTRAINT c CHECK (id OPERATOR(public.===) id);\n`,
  predicate: (name, act) =>
    `${table(name)}${codeOf(name, act, 'IMMUTABLE')}${rows(name)}CREATE INDEX i_${name} ON public.t_${name} (id) WHERE public.${name}(id) = id;\n`,
  statistics: (name, act) =>
    `${table(name)}${codeOf(name, act, 'IMMUTABLE')}CREATE STATISTICS public.s_${name} ON (public.${name}(id)) FROM public.t_${name};\n${rows(name)}`,
  cast: (name, act) =>
    `CREATE TYPE public.y_${name} AS (x integer);
CREATE TABLE public.t_${name} (id integer);
CREATE FUNCTION public.${name}(x integer) RETURNS public.y_${name} LANGUAGE plpgsql AS $$ BEGIN ${act} RETURN ROW(x)::public.y_${name}; END $$;
CREATE CAST (integer AS public.y_${name}) WITH FUNCTION public.${name}(integer) AS ASSIGNMENT;
${rows(name)}ALTER TABLE public.t_${name} ADD COLUMN y public.y_${name} DEFAULT CAST(1 AS public.y_${name});\n`,
  rule: (name, act) =>
    `${table(name)}${codeOf(name, act, 'VOLATILE')}CREATE RULE r AS ON INSERT TO public.t_${name} DO ALSO SELECT public.${name}(NEW.id);
INSERT INTO public.t_${name} VALUES (1);\n`,
  policy: (name, act) =>
    `${table(name)}${codeOf(name, act, 'VOLATILE')}${rows(name)}CREATE POLICY p ON public.t_${name} USING (public.${name}(id) = id);
ALTER TABLE public.t_${name} ENABLE ROW LEVEL SECURITY;
ALTER TABLE ONLY public.t_${name} FORCE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW public.m_${name} AS SELECT id FROM public.t_${name} WITH NO DATA;
REFRESH MATERIALIZED VIEW public.m_${name};\n`,
  'event trigger': (name, act) =>
    `CREATE FUNCTION public.${name.replace(' ', '_')}() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN ${act} END $$;
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.${name.replace(' ', '_')}();\n`,
  aggregate: (name, act) =>
    `${table(name)}CREATE FUNCTION public.${name}(state integer, x integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN ${act} RETURN x; END $$;
CREATE AGGREGATE public.a_${name}(integer) (SFUNC = public.${name}, STYPE = integer, INITCOND = '0');
${rows(name)}CREATE MATERIALIZED VIEW public.m_${name} AS SELECT public.a_${name}(id) AS x FROM public.t_${name} WITH NO DATA;
REFRESH MATERIALIZED VIEW public.m_${name};\n`,
  partition: (name, act) =>
    `${codeOf(name, act, 'IMMUTABLE')}CREATE TABLE public.t_${name} (id integer) PARTITION BY RANGE (public.${name}(id));
CREATE TABLE public.p_${name} PARTITION OF public.t_${name} FOR VALUES FROM (0) TO (9);
COPY public.p_${name} (id) FROM stdin;\n1\n2\n\\.\n`,
  range: (name, act) =>
    `CREATE FUNCTION public.${name}(x integer, y integer) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN ${act} RETURN x - y; END $$;
CREATE TYPE public.g_${name} AS RANGE (SUBTYPE = integer, SUBTYPE_DIFF = public.${name});
CREATE TABLE public.t_${name} (id public.g_${name});
COPY public.t_${name} (id) FROM stdin;\n[1,5)\n[2,8)\n\\.\n
CREATE INDEX i_${name} ON public.t_${name} USING gist (id);\n`,
};

/**
 * One dump with all places, and an act for each, drawn by a number.
 *
 * @param proof a path that must never come into being
 * @param port of 127.0.0.1, where nobody must ever connect
 */
export function actingDump(seed: number, majorVersion: number, proof: string, port: number): string {
  let state = seed;
  const draw = (below: number): number => {
    // The generator of Numerical Recipes: the same dump for the same number, on every machine.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return dumpOf(majorVersion, () => {
    const act = acts[draw(acts.length)];
    if (act === undefined) throw new Error('an act is drawn from the list');
    return act.replaceAll('PROOF', proof).replaceAll('PORT', String(port));
  });
}

/** The same places, and code that is run there and does nothing: what the server takes of the grammar. */
export const idleDump = (majorVersion: number): string => dumpOf(majorVersion, () => 'NULL;');

function dumpOf(majorVersion: number, drawAct: () => string): string {
  const head = `--
-- PostgreSQL database dump
--

-- Dumped from database version ${majorVersion}.1
-- Dumped by pg_dump version ${majorVersion}.1

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;

CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public;
`;
  const end = '\n--\n-- PostgreSQL database dump complete\n--\n\n';
  return (
    head +
    Object.entries(places)
      .map(([name, place]) => place(name, drawAct()))
      .join('\n') +
    end
  );
}
