"""The index of words: GIN over a column of its own on PostgreSQL; on SQLite an FTS5 table beside the cases, kept by triggers.

`yaodian/cases/queries/searching.py` says what the words are.
"""

from django.db import migrations

# A column and not an index over the expression: a list in its own order asks row by row, and would cut the words each time.
POSTGRESQL = (
    "ALTER TABLE cases_case ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED",
    "CREATE INDEX cases_case_words ON cases_case USING gin (vector)",
)
POSTGRESQL_BACK = ("DROP INDEX cases_case_words", "ALTER TABLE cases_case DROP COLUMN vector")
SQLITE = (
    "CREATE VIRTUAL TABLE cases_words USING fts5(words, content='')",
    "CREATE TRIGGER cases_words_new AFTER INSERT ON cases_case BEGIN"
    " INSERT INTO cases_words(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER cases_words_changed AFTER UPDATE OF words ON cases_case WHEN old.words <> new.words BEGIN"
    " INSERT INTO cases_words(cases_words, rowid, words) VALUES ('delete', old.id, old.words);"
    " INSERT INTO cases_words(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER cases_words_gone AFTER DELETE ON cases_case BEGIN"
    " INSERT INTO cases_words(cases_words, rowid, words) VALUES ('delete', old.id, old.words); END",
)
SQLITE_BACK = (
    "DROP TRIGGER cases_words_new",
    "DROP TRIGGER cases_words_changed",
    "DROP TRIGGER cases_words_gone",
    "DROP TABLE cases_words",
)


def _run(schema_editor, statements):
    # Past the schema editor's own execute, which would take the semicolons in a trigger for ends of statements.
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def forwards(_apps, schema_editor):
    _run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def backwards(_apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
