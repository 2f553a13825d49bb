"""Row-level security: the second wall before the rows of schools, on PostgreSQL, which alone has it.

`yaodian/organisations/walls.py` says which settings of the session the policies read. Without them every row is there:
jobs and commands raise no wall. FORCE binds the owner of the tables as well, who is the role of the service.
"""

from django.db import migrations

# The units at and below those in which the account holds a right, under the boundaries of the day; a unit that has ended,
# or not begun, is asked on its nearest day, as `organisations.queries.is_visible` does.
UNITS = """
    CREATE FUNCTION registry_units_inside() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 AS $$
        SELECT line.descendant_id
        FROM organisations_ancestry line
        JOIN organisations_unit unit ON unit.id = line.descendant_id
        CROSS JOIN LATERAL (
            SELECT greatest(unit.opened_on, least(day, unit.closed_on - 1)) AS day
            FROM (SELECT coalesce(nullif(current_setting('yaodian.day', true), '')::date, current_date) AS day) given
        ) asked
        WHERE line.from_on <= asked.day AND (line.until_on IS NULL OR line.until_on > asked.day) AND (
            line.hierarchy = 'administrative' AND line.ancestor_id = ANY (registry_keys('yaodian.administrative'))
            OR line.hierarchy = 'group' AND line.ancestor_id = ANY (registry_keys('yaodian.group'))
            OR line.hierarchy = 'inspection' AND line.ancestor_id = ANY (registry_keys('yaodian.inspection'))
        )
    $$
"""
# Keys that stand in a setting, with commas; none where nothing stands there.
KEYS = """
    CREATE FUNCTION registry_keys(setting text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT string_to_array(coalesce(current_setting(setting, true), ''), ',')::bigint[]
    $$
"""
# A number and no row, so that a page may know whether it reaches every school.
COUNT = """
    CREATE FUNCTION registry_how_many_schools() RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        stood text := coalesce(current_setting('yaodian.wall', true), '');
        counted bigint;
    BEGIN
        PERFORM set_config('yaodian.wall', 'off', true);
        SELECT count(*) INTO counted FROM registry_school;
        PERFORM set_config('yaodian.wall', stood, true);
        RETURN counted;
    END $$
"""
FUNCTIONS = {
    "registry_keys(text)": KEYS,
    "registry_units_inside()": UNITS,
    "registry_how_many_schools()": COUNT,
}

OPEN = "(SELECT coalesce(current_setting('yaodian.wall', true), '') <> 'on')"
OF_SCHOOL = "school_id IN (SELECT id FROM registry_school)"


def _seen(table, row, column):
    """Another row is there for whoever asks: its own policy decides."""
    return f"EXISTS (SELECT 1 FROM {table} seen WHERE seen.{row} = {column})"  # noqa: S608 - names of our own tables.


# Table by table, in the order of who asks whom, what lets a row through a wall that stands.
POLICIES = {
    "registry_school": "unit_id IN (SELECT registry_units_inside())",
    "registry_campus": OF_SCHOOL,
    "registry_schoolclass": OF_SCHOOL,
    "registry_yearlyreturn": OF_SCHOOL,
    "registry_teacher": OF_SCHOOL,
    "registry_teacherpost": f"{OF_SCHOOL} OR {_seen('registry_teacher', 'id', 'teacher_id')}",
    "registry_pupil": f"{OF_SCHOOL} OR id = ANY ((SELECT registry_keys('yaodian.wards'))::bigint[])",
    "registry_enrolment": f"{OF_SCHOOL} OR {_seen('registry_pupil', 'id', 'pupil_id')}",
    "registry_guardianship": _seen("registry_pupil", "id", "pupil_id"),
    "registry_guardian": (
        f"{_seen('registry_guardianship', 'guardian_id', 'registry_guardian.id')}"
        " OR account_id = (SELECT nullif(current_setting('yaodian.account', true), '')::bigint)"
    ),
    "registry_pupilmerge": f"{_seen('registry_pupil', 'id', 'kept_id')} OR {_seen('registry_pupil', 'id', 'double_id')}",
    "registry_recordaccess": (
        f"{_seen('registry_pupil', 'id', 'pupil_id')} OR {_seen('registry_teacher', 'id', 'teacher_id')}"
        " OR account_id = (SELECT nullif(current_setting('yaodian.account', true), '')::bigint)"
    ),
}


def raise_walls(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in FUNCTIONS.values():
        schema_editor.execute(statement)
    for table, condition in POLICIES.items():
        schema_editor.execute(f"CREATE POLICY wall ON {table} USING ({OPEN} OR {condition})")
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def pull_down_walls(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in reversed(POLICIES):
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"DROP POLICY wall ON {table}")
    for name in reversed(FUNCTIONS):
        schema_editor.execute(f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("organisations", "0003_no_overlaps")]

    operations = [migrations.RunPython(raise_walls, pull_down_walls, elidable=False)]
