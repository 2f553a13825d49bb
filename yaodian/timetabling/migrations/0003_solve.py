from django.db import migrations, models
from django.db.models import Q

ORIGINS = ["solved", "copied", "changed", "imported"]


class Migration(migrations.Migration):
    dependencies = [("timetabling", "0002_terms_and_timetables")]

    operations = [
        migrations.RemoveConstraint(model_name="timetable", name="timetabling_timetable_origin_known"),
        migrations.AlterField(
            model_name="timetable",
            name="origin",
            field=models.CharField(
                choices=[
                    ("solved", "自动排课"),
                    ("copied", "从另一方案复制"),
                    ("changed", "由变动而来"),
                    ("imported", "从文件导入"),
                ],
                default="solved",
                max_length=10,
                verbose_name="来源",
            ),
        ),
        migrations.AddConstraint(
            model_name="timetable",
            constraint=models.CheckConstraint(
                name="timetabling_timetable_origin_known", condition=Q(origin__in=ORIGINS)
            ),
        ),
        migrations.AddConstraint(
            model_name="timetable",
            constraint=models.UniqueConstraint(
                name="timetabling_timetable_one_solving", fields=["term"], condition=Q(state="queued")
            ),
        ),
    ]
