import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

import yaodian.organisations.models

ROOT_OPENED_ON = datetime.date(1949, 10, 1)


def carry_roles_over(apps, _schema_editor):
    """Roles were held without a unit; they become rights in the bureau itself, from the day they were given."""
    held = list(apps.get_model("organisations", "RoleGrant").objects.order_by("id"))
    if not held:
        return
    unit = apps.get_model("organisations", "Unit").objects.create(
        code="bureau", kind="bureau", opened_on=ROOT_OPENED_ON
    )
    apps.get_model("organisations", "UnitName").objects.create(unit=unit, name="教育局", from_on=ROOT_OPENED_ON)
    ancestry = apps.get_model("organisations", "Ancestry")
    for hierarchy in ("administrative", "group", "inspection"):
        ancestry.objects.create(hierarchy=hierarchy, ancestor=unit, descendant=unit, distance=0, from_on=ROOT_OPENED_ON)
    grants = apps.get_model("organisations", "Grant").objects
    for one in held:
        grants.create(
            account_id=one.account_id,
            role=one.role,
            unit=unit,
            hierarchy="administrative",
            from_on=timezone.localdate(one.granted_at),
            granted_at=one.granted_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deputyship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                ("reason", models.CharField(max_length=200, verbose_name="事由")),
                ("granted_at", models.DateTimeField(verbose_name="授予时间")),
                (
                    "deputy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deputyships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代理人",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deputies",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="被代理人",
                    ),
                ),
            ],
            options={
                "verbose_name": "代理",
                "ordering": ["-from_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("principal", models.F("deputy")), _negated=True),
                        name="organisations_deputyship_of_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_on__isnull", False), ("until_on__gte", models.F("from_on"))),
                        name="organisations_deputyship_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="organisations_deputyship_reasoned"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=yaodian.organisations.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
            ],
            options={
                "verbose_name": "人员",
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="organisations_person_named"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="account",
            name="person",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account",
                to="organisations.person",
                verbose_name="人员",
            ),
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=yaodian.organisations.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="单位代码")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bureau", "教育局"),
                            ("section", "科室"),
                            ("county", "县（市、区）"),
                            ("school", "学校"),
                            ("kindergarten", "幼儿园"),
                            ("body", "其他单位"),
                            ("group", "教育集团、学区"),
                            ("area", "督学责任区"),
                        ],
                        max_length=20,
                        verbose_name="类型",
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="设立日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "单位",
                "ordering": ["code"],
                "indexes": [models.Index(fields=["kind", "code"], name="organisations_unit_by_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True), name="organisations_unit_has_a_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["bureau", "section", "county", "school", "kindergarten", "body", "group", "area"],
                            )
                        ),
                        name="organisations_unit_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True), ("closed_on__gt", models.F("opened_on")), _connector="OR"
                        ),
                        name="organisations_unit_closed_after_opened",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Succession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("split", "分立"), ("merge", "合并"), ("replace", "改制")], max_length=10
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                (
                    "predecessor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="successions", to="organisations.unit"
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessions",
                        to="organisations.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "沿革",
                "ordering": ["on", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("predecessor", "successor", "on"), name="organisations_succession_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("predecessor", models.F("successor")), _negated=True),
                        name="organisations_succession_of_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["split", "merge", "replace"])),
                        name="organisations_succession_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                ("title", models.CharField(max_length=60, verbose_name="岗位")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="organisations.person"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="organisations.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "岗位",
                "ordering": ["unit_id", "title", "from_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "unit", "title", "from_on"), name="organisations_post_begins_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="organisations_post_titled"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="organisations_post_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                (
                    "hierarchy",
                    models.CharField(
                        choices=[
                            ("administrative", "行政隶属"),
                            ("group", "教育集团、学区"),
                            ("inspection", "督学责任区"),
                        ],
                        max_length=20,
                        verbose_name="层级",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.unit"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="organisations.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "隶属关系",
                "ordering": ["hierarchy", "unit_id", "from_on"],
                "indexes": [
                    models.Index(fields=["hierarchy", "parent", "from_on"], name="organisations_member_by_parent"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hierarchy", "unit", "from_on"), name="organisations_membership_begins_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until_on__isnull", True)),
                        fields=("hierarchy", "unit"),
                        name="organisations_membership_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit", models.F("parent")), _negated=True),
                        name="organisations_membership_not_of_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gt", models.F("from_on")), _connector="OR"
                        ),
                        name="organisations_membership_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hierarchy__in", ["administrative", "group", "inspection"])),
                        name="organisations_membership_hierarchy_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("editor", "编辑"),
                            ("publisher", "发布人"),
                            ("viewer", "查阅人员"),
                            ("registrar", "数据管理员"),
                            ("head", "校长（园长）"),
                            ("privacy_officer", "个人信息保护负责人"),
                            ("system_administrator", "系统管理员"),
                            ("security_administrator", "安全管理员"),
                            ("auditor", "审计管理员"),
                        ],
                        max_length=30,
                        verbose_name="角色",
                    ),
                ),
                (
                    "hierarchy",
                    models.CharField(
                        choices=[
                            ("administrative", "行政隶属"),
                            ("group", "教育集团、学区"),
                            ("inspection", "督学责任区"),
                        ],
                        default="administrative",
                        max_length=20,
                        verbose_name="层级",
                    ),
                ),
                ("granted_at", models.DateTimeField(verbose_name="授予时间")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="organisations.post",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="organisations.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "权限",
                "ordering": ["account_id", "role", "from_on"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_on__isnull", True)),
                        fields=("account", "role", "unit", "hierarchy"),
                        name="organisations_grant_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "editor",
                                    "publisher",
                                    "viewer",
                                    "registrar",
                                    "head",
                                    "privacy_officer",
                                    "system_administrator",
                                    "security_administrator",
                                    "auditor",
                                ],
                            )
                        ),
                        name="organisations_grant_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="organisations_grant_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hierarchy__in", ["administrative", "group", "inspection"])),
                        name="organisations_grant_hierarchy_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ancestry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                (
                    "hierarchy",
                    models.CharField(
                        choices=[
                            ("administrative", "行政隶属"),
                            ("group", "教育集团、学区"),
                            ("inspection", "督学责任区"),
                        ],
                        max_length=20,
                    ),
                ),
                ("distance", models.PositiveSmallIntegerField()),
                (
                    "ancestor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.unit"
                    ),
                ),
                (
                    "descendant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "上下级（推算）",
                "ordering": ["hierarchy", "ancestor_id", "descendant_id", "from_on"],
                "indexes": [
                    models.Index(fields=["hierarchy", "descendant", "distance"], name="organisations_ancestry_up"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hierarchy", "ancestor", "descendant", "from_on"), name="organisations_ancestry_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                ("name", models.CharField(max_length=120, verbose_name="名称")),
                ("short_name", models.CharField(blank=True, max_length=40, verbose_name="简称")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="names", to="organisations.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "单位名称",
                "ordering": ["unit_id", "from_on"],
                "indexes": [
                    models.Index(fields=["name"], name="organisations_unitname_name"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "from_on"), name="organisations_unitname_begins_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("until_on__isnull", True)),
                        fields=("unit",),
                        name="organisations_unitname_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="organisations_unitname_said"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gt", models.F("from_on")), _connector="OR"
                        ),
                        name="organisations_unitname_in_order",
                    ),
                ],
            },
        ),
        migrations.RunPython(carry_roles_over, migrations.RunPython.noop),
        migrations.DeleteModel(
            name="RoleGrant",
        ),
    ]
