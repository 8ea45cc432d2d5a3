"""The durable job queue: procrastinate's own schema, its tables under row-level security like all others."""

from procrastinate.schema import SchemaManager
from yoyo import step

__depends__ = {"0001.schema"}

# An organisation may queue its own jobs and see them; the worker runs as the tables' owner.
_SECURITY = """
ALTER TABLE procrastinate_jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON procrastinate_jobs TO parley_app
    USING (args ->> 'organisation_id' = current_organisation()::text)
    WITH CHECK (args ->> 'organisation_id' = current_organisation()::text);
ALTER TABLE procrastinate_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON procrastinate_events TO parley_app
    USING (job_id IN (SELECT id FROM procrastinate_jobs))
    WITH CHECK (job_id IN (SELECT id FROM procrastinate_jobs));
ALTER TABLE procrastinate_workers ENABLE ROW LEVEL SECURITY;
ALTER TABLE procrastinate_periodic_defers ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON procrastinate_jobs, procrastinate_events TO parley_app;
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO parley_app;
"""


def _apply(connection):  # type: ignore[no-untyped-def]
    with connection.cursor() as cursor:
        cursor.execute(SchemaManager.get_schema())
        cursor.execute(_SECURITY)


steps = [step(_apply)]
