from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timetabling", "0002_terms_and_timetables")]

    operations = [
        migrations.AddConstraint(
            model_name="timetablelink",
            constraint=models.UniqueConstraint(
                condition=models.Q(revoked_at__isnull=True, **{f"{column}__isnull": False}),
                fields=("term", column),
                name=f"timetabling_link_one_to_{name}",
            ),
        )
        for name, column in (
            ("class", "school_class"), ("teacher", "teacher"), ("room", "room"), ("pupil", "pupil"),
        )
    ]  # fmt: skip
