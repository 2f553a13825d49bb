"""A change may have a range (提高3—8个百分点), whose second figure the first form of the constraint refused."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forget_ranges_of_changes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Going back, the second figure of a change goes: the older constraint has no place for it."""
    targets = apps.get_model("plans", "Target").objects.using(schema_editor.connection.alias)
    targets.filter(comparator="change", value_max__isnull=False).update(value_max=None)


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="target", name="plans_target_between_has_both_ends"),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("comparator", "between"), ("value_max__gt", models.F("value")), ("value_max__isnull", False)
                    ),
                    models.Q(
                        ("comparator", "change"),
                        ("value__gte", 0),
                        ("value_max__gt", models.F("value")),
                        ("value_max__isnull", False),
                    ),
                    models.Q(
                        ("comparator", "change"),
                        ("value__lte", 0),
                        ("value_max__isnull", False),
                        ("value_max__lt", models.F("value")),
                    ),
                    models.Q(models.Q(("comparator", "between"), _negated=True), ("value_max__isnull", True)),
                    _connector="OR",
                ),
                name="plans_target_range_holds",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_ranges_of_changes),
    ]
