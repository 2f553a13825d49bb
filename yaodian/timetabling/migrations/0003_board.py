import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("timetabling", "0002_terms_and_timetables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="timetable",
            name="edits",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="timetable",
            name="undone",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="timetable",
            name="edited_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="timetable",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="最后改动时间"),
        ),
        migrations.AddField(
            model_name="timetable",
            name="publication",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
