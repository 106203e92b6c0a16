"""The job queue's tables: Procrastinate's own schema, closed down to what each role needs.

The library ships its schema and its migrations as SQL; they follow the installed version here
instead of Alembic, so that an upgrade of the library cannot apply one change twice.
"""

from importlib import resources

import psycopg

# Requests may only ask for work: by the defer function, which runs as the owner. A job carries
# the cluster of the transaction that asked for it, whatever its arguments said.
WALLS = """
CREATE OR REPLACE FUNCTION app.stamp_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF app.cluster() IS NOT NULL THEN
    NEW.args := NEW.args || jsonb_build_object('cluster_id', app.cluster());
  ELSIF NEW.args ? 'cluster_id' THEN
    RAISE EXCEPTION 'a job of no cluster cannot name one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION app.stamp_job FROM PUBLIC;
CREATE OR REPLACE TRIGGER grappe_stamp BEFORE INSERT ON procrastinate_jobs
  FOR EACH ROW EXECUTE FUNCTION app.stamp_job();
ALTER FUNCTION procrastinate_defer_jobs_v1 SECURITY DEFINER SET search_path = public, pg_temp;
DO $$
DECLARE name regprocedure;
BEGIN
  FOR name IN SELECT oid::regprocedure FROM pg_proc
    WHERE proname LIKE 'procrastinate%' AND pronamespace = 'public'::regnamespace
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO grappe_job', name);
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION procrastinate_defer_jobs_v1 TO grappe_serving, grappe_importer;
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events,
  procrastinate_periodic_defers, procrastinate_workers TO grappe_job;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO grappe_job;
"""


def ensure_queue(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Install the queue or bring it to the installed library's version: idempotent."""
    shipped = sorted(
        entry.name
        for entry in (resources.files("procrastinate") / "sql" / "migrations").iterdir()
        if entry.name.endswith(".sql")
    )
    with connection.transaction():
        connection.execute(
            "CREATE TABLE IF NOT EXISTS procrastinate_applied (name text PRIMARY KEY)"
        )
        found = connection.execute("SELECT to_regclass('public.procrastinate_jobs')").fetchone()
        if found == (None,):
            _run(connection, "schema.sql")
        else:
            done = {row[0] for row in connection.execute("SELECT name FROM procrastinate_applied")}
            for name in shipped:
                if name not in done:
                    _run(connection, f"migrations/{name}")
        connection.cursor().executemany(
            "INSERT INTO procrastinate_applied VALUES (%s) ON CONFLICT DO NOTHING",
            [(name,) for name in shipped],
        )
        connection.execute(WALLS)


def _run(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    text = (resources.files("procrastinate") / "sql" / name).read_text(encoding="utf-8")
    connection.execute(text.encode())
