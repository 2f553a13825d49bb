"""Indexes for a million cases, and tallies by the unit that supervises as well: the right to restricted cases is over it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, F


def recount(apps, _schema_editor):
    """What had been tallied did not say who supervises."""
    tally, case = apps.get_model("cases", "Tally"), apps.get_model("cases", "Case")
    keys = ("supervising_unit_id", "kind", "phase", "due_on", "confidentiality")
    rows = case.objects.values(*keys, unit=F("doing_unit_id")).annotate(count=Count("pk")).order_by()
    tally.objects.bulk_create(
        [
            tally(
                unit_id=row["unit"],
                supervising_unit_id=row["supervising_unit_id"],
                kind=row["kind"],
                phase=row["phase"],
                due_on=row["due_on"],
                is_restricted=row["confidentiality"] == "restricted",
                count=row["count"],
                is_folded=True,
            )
            for row in rows
        ],
        batch_size=2_000,
    )


def empty(apps, _schema_editor):
    apps.get_model("cases", "Tally").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_words"), ("organisations", "0005_roles_of_cases")]

    operations = [
        # Without the column the sums are still right, so there is nothing to count on the way back.
        migrations.RunPython(empty, migrations.RunPython.noop),
        migrations.AddField(
            model_name="tally",
            name="supervising_unit",
            field=models.ForeignKey(
                db_index=False,
                default=None,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.unit",
            ),
            preserve_default=False,
        ),
        migrations.RemoveIndex(model_name="case", name="cases_case_due"),
        migrations.AddIndex(
            model_name="case", index=models.Index(fields=["assignee", "phase", "due_on"], name="cases_case_assignee")
        ),
        migrations.AddIndex(
            model_name="case", index=models.Index(fields=["phase", "due_on", "id"], name="cases_case_due")
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False)), fields=["due_on", "id"], name="cases_case_late"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("action", "open"), models.Q(("client_key", ""), _negated=True)),
                fields=("by", "client_key"),
                name="cases_caseevent_opened_once",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("account__isnull", False)), fields=["account", "-id"], name="cases_notice_of_one"
            ),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(
                condition=models.Q(("is_restricted", True)), fields=["supervising_unit"], name="cases_tally_restricted"
            ),
        ),
        migrations.RunPython(recount, migrations.RunPython.noop),
    ]
