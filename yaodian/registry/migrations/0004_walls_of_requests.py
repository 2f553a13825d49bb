"""The second wall (0002_walls) before consents and requests: they are seen with the pupil whom they concern."""

from django.db import migrations

POLICIES = dict.fromkeys(
    ("registry_consent", "registry_datarequest"), "EXISTS (SELECT 1 FROM registry_pupil seen WHERE seen.id = pupil_id)"
)
OPEN = "(SELECT coalesce(current_setting('yaodian.wall', true), '') <> 'on')"


def raise_walls(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, condition in POLICIES.items():
        schema_editor.execute(f"CREATE POLICY wall ON {table} USING ({OPEN} OR {condition})")
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def pull_down_walls(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in POLICIES:
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"DROP POLICY wall ON {table}")


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_privacy")]

    operations = [migrations.RunPython(raise_walls, pull_down_walls, elidable=False)]
