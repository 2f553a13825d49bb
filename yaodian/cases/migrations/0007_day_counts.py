"""What the cases were like when a day was over, and tallies that know what is escalated."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, F


def tell_escalated(apps, _schema_editor):
    """What had been tallied did not say what is escalated: taken off there, and added where it is said."""
    tally, case = apps.get_model("cases", "Tally"), apps.get_model("cases", "Case")
    keys = ("supervising_unit_id", "kind", "phase", "due_on", "confidentiality")
    rows = case.objects.filter(is_escalated=True).values(*keys, unit=F("doing_unit_id"))
    tally.objects.bulk_create(
        [
            tally(
                unit_id=row["unit"],
                supervising_unit_id=row["supervising_unit_id"],
                kind=row["kind"],
                phase=row["phase"],
                due_on=row["due_on"],
                is_restricted=row["confidentiality"] == "restricted",
                is_escalated=is_escalated,
                count=row["count"] if is_escalated else -row["count"],
            )
            for row in rows.annotate(count=Count("pk")).order_by()
            for is_escalated in (False, True)
        ],
        batch_size=2_000,
    )


def tell_planner(_apps, schema_editor):
    """State and phase, kind and confidentiality go together: taken for independent, ten thousand rows look like a hundred, and
    all are read and sorted where the first page of an index would do."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE STATISTICS IF NOT EXISTS cases_case_standing (dependencies, mcv)"
            " ON state, phase, kind, confidentiality FROM cases_case"
        )


def forget_planner(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS IF EXISTS cases_case_standing")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_meetings"),
        ("organisations", "0005_roles_of_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "已统计的日期",
                "ordering": ["day"],
            },
        ),
        migrations.AddField(
            model_name="tally",
            name="is_escalated",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=60)),
                ("is_restricted", models.BooleanField()),
                ("open", models.PositiveIntegerField(default=0)),
                ("overdue", models.PositiveIntegerField(default=0)),
                ("escalated", models.PositiveIntegerField(default=0)),
                ("closed", models.PositiveIntegerField(default=0)),
                ("in_time", models.PositiveIntegerField(default=0)),
                (
                    "supervising_unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "每日件数",
                "ordering": ["day", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "unit", "supervising_unit", "kind", "is_restricted"), name="cases_daycount_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("escalated__lte", models.F("open")),
                            ("in_time__lte", models.F("closed")),
                            ("overdue__lte", models.F("open")),
                        ),
                        name="cases_daycount_parts",
                    ),
                ],
            },
        ),
        # Another index begins with the same column. SQLite would make the table anew for this, without its triggers.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX IF EXISTS cases_case_assignee_id_28343c2e",
                    "CREATE INDEX cases_case_assignee_id_28343c2e ON cases_case (assignee_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="case",
                    name="assignee",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex(model_name="caseclock", name="cases_caseclock_to_act"),
        migrations.AddIndex(
            model_name="caseclock",
            index=models.Index(
                condition=models.Q(("next_act_on__isnull", False)),
                fields=["next_act_on", "due_on"],
                name="cases_caseclock_to_climb",
            ),
        ),
        migrations.RemoveIndex(model_name="tally", name="cases_tally_restricted"),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(fields=["supervising_unit", "is_restricted"], name="cases_tally_supervised"),
        ),
        migrations.RunPython(tell_planner, forget_planner, elidable=False),
        migrations.RunPython(tell_escalated, migrations.RunPython.noop),
    ]
