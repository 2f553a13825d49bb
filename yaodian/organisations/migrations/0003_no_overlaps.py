"""Dated rows of the same unit must not overlap: triggers, below Django, for whoever holds a connection.

An exclusion constraint would say it more briefly on PostgreSQL, but needs an extension that only a superuser can make,
and SQLite has none.
"""

from django.db import migrations

# Table, what must be equal, what the refusal says.
WALLS = {
    "unitname": ("organisations_unitname", ("unit_id",), "a unit has one name on each day"),
    "membership": (
        "organisations_membership",
        ("hierarchy", "unit_id"),
        "a unit has one parent in a hierarchy on each day",
    ),
}


def _meeting(table, same):
    """Another row with the same key that holds on one of the days of the new one."""
    return f"""
        SELECT 1 FROM {table} other
        WHERE {" AND ".join(f"other.{column} = NEW.{column}" for column in same)} AND other.id <> NEW.id
        AND (NEW.until_on IS NULL OR other.from_on < NEW.until_on)
        AND (other.until_on IS NULL OR other.until_on > NEW.from_on)
    """  # noqa: S608  # The names are those of WALLS above.


def build_walls(_apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, (table, same, refusal) in WALLS.items():
        if vendor == "postgresql":
            schema_editor.execute(
                f"""
                CREATE OR REPLACE FUNCTION organisations_{name}_alone() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS ({_meeting(table, same)}) THEN
                        RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                END $$
                """
            )
            schema_editor.execute(
                f"""
                CREATE TRIGGER organisations_{name}_alone BEFORE INSERT OR UPDATE ON {table}
                FOR EACH ROW EXECUTE FUNCTION organisations_{name}_alone()
                """
            )
        elif vendor == "sqlite":
            for moment in ("INSERT", "UPDATE"):
                schema_editor.execute(
                    f"""
                    CREATE TRIGGER organisations_{name}_alone_{moment.lower()} AFTER {moment} ON {table}
                    WHEN EXISTS ({_meeting(table, same)})
                    BEGIN SELECT RAISE(ABORT, '{refusal}'); END
                    """
                )
        else:
            raise NotImplementedError(
                f"Overlapping rows are refused by triggers, which are written for SQLite and PostgreSQL, not {vendor}."
            )


def pull_down_walls(_apps, schema_editor):
    for name, (table, _same, _refusal) in WALLS.items():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS organisations_{name}_alone ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS organisations_{name}_alone()")
        else:
            for moment in ("insert", "update"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS organisations_{name}_alone_{moment}")


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_units_and_rights")]

    operations = [migrations.RunPython(build_walls, pull_down_walls, elidable=False)]
