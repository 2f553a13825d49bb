import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import yaodian.foundation.fields


class Migration(migrations.Migration):
    dependencies = [
        ("admissions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="applicationguardian",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="applicationguardian",
            name="settlement",
            field=yaodian.foundation.fields.EncryptedTextField(blank=True, max_length=400, verbose_name="异议处理理由"),
        ),
    ]
