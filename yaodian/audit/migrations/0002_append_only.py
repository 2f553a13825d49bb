"""The head row, and the triggers that keep the journal append-only: below Django, for whoever holds a connection."""

from django.db import migrations

REFUSAL = "the journal is append-only"

SQLITE = {
    "audit_entry_no_update": f"""
        CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    "audit_entry_no_delete": f"""
        CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    "audit_head_no_delete": f"""
        CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    "audit_head_forward_only": f"""
        CREATE TRIGGER audit_head_forward_only BEFORE UPDATE ON audit_head
        WHEN NEW.id <> OLD.id OR NEW.last_id <> OLD.last_id + 1
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
}

POSTGRESQL = {
    "audit_entry_no_update": """
        CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()
    """,
    "audit_entry_no_delete": """
        CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()
    """,
    "audit_entry_no_truncate": """
        CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
    "audit_head_no_delete": """
        CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()
    """,
    "audit_head_no_truncate": """
        CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
    "audit_head_forward_only": """
        CREATE TRIGGER audit_head_forward_only BEFORE UPDATE ON audit_head
        FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.last_id <> OLD.last_id + 1)
        EXECUTE FUNCTION audit_refuse()
    """,
}

POSTGRESQL_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def lay_head(apps, schema_editor):
    apps.get_model("audit", "Head").objects.using(schema_editor.connection.alias).create(id=1)


def raise_triggers(_apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION)
        triggers = POSTGRESQL
    elif vendor == "sqlite":
        triggers = SQLITE
    else:
        raise NotImplementedError(
            f"The journal is kept append-only by triggers, which are written for SQLite and PostgreSQL, not for {vendor}."
        )
    for statement in triggers.values():
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    # No way back: a migration that drops the triggers would be a switch to turn the journal off.
    operations = [
        migrations.RunPython(lay_head, elidable=False),
        migrations.RunPython(raise_triggers, elidable=False),
    ]
