from typing import Any

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat


def name_lines(apps: Any, _schema_editor: Any) -> None:
    """Lines that were loaded before had no name; theirs is one that no office would give."""
    apps.get_model("admissions", "Reference").objects.update(
        line=Concat(Value("earlier-"), Cast(F("id"), models.CharField(max_length=20)))
    )


class Migration(migrations.Migration):
    dependencies = [("admissions", "0005_family")]

    operations = [
        migrations.AddField(
            model_name="reference",
            name="line",
            field=models.CharField(default="", max_length=40),
            preserve_default=False,
        ),
        migrations.RunPython(name_lines, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.UniqueConstraint(
                fields=("intake", "kind", "line"), name="admissions_reference_line_once"
            ),
        ),
    ]
