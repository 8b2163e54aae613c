-- Names that break quoting, and comments that look like a dump.
CREATE SCHEMA "select"; CREATE SCHEMA "s.1"; CREATE SCHEMA "Ünï ""cödé"" 日本"; CREATE SCHEMA "a
b"; CREATE SCHEMA "back\slash"; CREATE SCHEMA "-- Name: x; Type: TABLE"; CREATE SCHEMA " "; CREATE SCHEMA "$$"; CREATE SCHEMA "a'b;";
CREATE TABLE "select"."from" ("where" integer PRIMARY KEY, "order by" text, "a.b" text, "q""uote" text, "new
line" text, "back\slash" text, "日本" text, "$1" text, "'" text, "UPPER" text, " " text, "user" text DEFAULT 'x', "-- c" integer, "\." text, "%s" text, "tab	in" text);
INSERT INTO "select"."from" SELECT n, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', n, 'm', 'n', 'o' FROM generate_series(1, 20) n;
CREATE TABLE "s.1"."t.2" ("c.3" integer UNIQUE, CONSTRAINT "k.4; --" CHECK ("c.3" > 0)); INSERT INTO "s.1"."t.2" VALUES (1), (2); CREATE INDEX "i ""5"" 
x" ON "s.1"."t.2" ("c.3");
CREATE TABLE "a
b"."c
d" ("e
f" text); INSERT INTO "a
b"."c
d" VALUES ('x'), (E'\n'); COMMENT ON COLUMN "a
b"."c
d"."e
f" IS E'c\nd';
CREATE TABLE "back\slash"."t\n" ("\x" text, "\" integer); INSERT INTO "back\slash"."t\n" VALUES ('\', 1); CREATE TABLE "-- Name: x; Type: TABLE"."COPY x FROM stdin;" (a text); INSERT INTO "-- Name: x; Type: TABLE"."COPY x FROM stdin;" VALUES ('\.'), ('x');
CREATE TABLE " "." " (" " text); INSERT INTO " "." " VALUES (' '); CREATE TABLE "$$"."$a$" ("$$" text DEFAULT '$$'); INSERT INTO "$$"."$a$" VALUES ('$$;'); CREATE TABLE "a'b;"."it's" ("a''b" text); INSERT INTO "a'b;"."it's" VALUES ('''');
CREATE TABLE "Ünï ""cödé"" 日本"."テーブル 🐘" ("列" text, "é" text); INSERT INTO "Ünï ""cödé"" 日本"."テーブル 🐘" VALUES ('値', '🐘'); CREATE SEQUENCE "Ünï ""cödé"" 日本"."séq.uence"; SELECT nextval('"Ünï ""cödé"" 日本"."séq.uence"');
CREATE FUNCTION "Ünï ""cödé"" 日本"."f(x) ;"("arg ""1" integer, "日" text DEFAULT '日') RETURNS "select"."from" LANGUAGE sql AS $$ SELECT * FROM "select"."from" LIMIT 1 $$;
CREATE TYPE "s.1"."type.x" AS ENUM ('a.b', 'c"d', 'e,f', 'g
h'); CREATE TABLE "s.1".uses ("type.x" "s.1"."type.x", arr "s.1"."type.x"[], "from" "select"."from"); INSERT INTO "s.1".uses VALUES ('c"d', '{"e,f","g
h"}', ROW(1, 'a', 'b', 'c', E'd\n', 'e\', 'f', 'g', '''', 'i', 'j', 'k', 7, '\.', 'n', E'\t')); CREATE VIEW "s.1"."v iew" AS SELECT "where" AS "as", "new
line" AS "x
y" FROM "select"."from";
CREATE TABLE public.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 (bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb1 integer PRIMARY KEY, "日本日本日本日本日本日本日本日本日本日本日" serial);
CREATE TABLE public.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2 (x integer REFERENCES public.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1); CREATE INDEX ON public.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2 (x);
INSERT INTO public.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 VALUES (1), (2); INSERT INTO public.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2 VALUES (1), (NULL);
CREATE TABLE public.same (id integer); CREATE TABLE "select".same (id integer); CREATE TABLE public."Same" (id integer); CREATE TABLE public."SAME" (id integer); CREATE TABLE public."same " (id integer);
INSERT INTO public.same VALUES (1); INSERT INTO "select".same VALUES (2), (3); INSERT INTO public."Same" VALUES (4), (5), (6); INSERT INTO public."SAME" VALUES (7); CREATE TABLE public.master (id integer); INSERT INTO public.master VALUES (8); CREATE TABLE public.stdin (stdin text); INSERT INTO public.stdin VALUES ('FROM stdin;');
CREATE TABLE public."pg_catalog" (id integer); CREATE TABLE public.postgres (id integer); CREATE TABLE public.main ("table" integer, "column" integer, "all" integer, "end" integer, "user" integer, "current_user" integer); INSERT INTO public.main VALUES (1, 2, 3, 4, 5, 6);
COMMENT ON TABLE public.same IS E'line 1\n--\n-- Name: same; Type: TABLE; Schema: public; Owner: postgres\n--\n\nDROP TABLE public.same;\n\\connect nowhere\n\\.\n/* open'; COMMENT ON SCHEMA "select" IS '''; DROP SCHEMA "select" CASCADE; --'; COMMENT ON COLUMN "select"."from"."$1" IS '$$ $a$ \ '' "';
COMMENT ON TABLE "s.1"."t.2" IS E'-- PostgreSQL database dump complete\n'; COMMENT ON CONSTRAINT "k.4; --" ON "s.1"."t.2" IS E'\r\n'; COMMENT ON TABLE public."SAME" IS '/* -- */ COPY public.same (id) FROM stdin;';
CREATE TRIGGER "tr;igger" BEFORE UPDATE ON public.same FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger('a;b', E'c\nd', '\.'); CREATE RULE "ru.le" AS ON DELETE TO "Same" DO INSTEAD NOTHING; CREATE STATISTICS "select"."st.at" ON "where", "a.b" FROM "select"."from"; ALTER TABLE "select"."from" ENABLE ROW LEVEL SECURITY; CREATE POLICY "po;l" ON "select"."from" USING (true);
ALTER SCHEMA "a'b;" OWNER TO app_owner; ALTER TABLE "a'b;"."it's" OWNER TO "Reader é ""quoted"" x.y"; GRANT SELECT ("a''b") ON "a'b;"."it's" TO auditor; GRANT USAGE ON SCHEMA "a
b" TO "Reader é ""quoted"" x.y";
ALTER TABLE "a
b"."c
d" OWNER TO app_owner;
