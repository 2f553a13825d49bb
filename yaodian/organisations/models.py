"""Units in dated hierarchies, people, posts, accounts, and the rights that accounts hold in units.

Every dated row holds from `from_on`, inclusive, to `until_on`, exclusive: the first day on which it no longer holds,
null while nobody has said. So two rows that follow each other share a day in their columns and none in time, and a
question "as of a day" is `from_on <= day < until_on` everywhere.
"""

import secrets
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.roles import Role

_PUBLIC_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
# Random bytes fall on the signs evenly once the last few, which would favour the first signs, are left out.
_SIGNS = bytes(ord(_PUBLIC_ALPHABET[byte % len(_PUBLIC_ALPHABET)]) for byte in range(256))
_UNEVEN = bytes(range(256 - 256 % len(_PUBLIC_ALPHABET), 256))


def new_public_id() -> str:
    """Twelve letters and figures, none of which can be taken for another: an address that tells nothing and counts
    nothing."""
    signs = b""
    while len(signs) < 12:
        signs += secrets.token_bytes(16).translate(_SIGNS, _UNEVEN)
    return signs[:12].decode("ascii")


def holds_on(day: date, *, prefix: str = "") -> Q:
    """The condition that a dated row holds on a day; `prefix` as in `posts__`."""
    return Q(**{f"{prefix}from_on__lte": day}) & (
        Q(**{f"{prefix}until_on__isnull": True}) | Q(**{f"{prefix}until_on__gt": day})
    )


class UnitKind(models.TextChoices):
    BUREAU = "bureau", _("教育局")
    SECTION = "section", _("科室")
    COUNTY = "county", _("县（市、区）")
    SCHOOL = "school", _("学校")
    KINDERGARTEN = "kindergarten", _("幼儿园")
    BODY = "body", _("其他单位")
    GROUP = "group", _("教育集团、学区")
    AREA = "area", _("督学责任区")


class Hierarchy(models.TextChoices):
    """The named hierarchies; a unit has at most one parent in each, on each day."""

    ADMINISTRATIVE = "administrative", _("行政隶属")
    GROUP = "group", _("教育集团、学区")
    INSPECTION = "inspection", _("督学责任区")


class Unit(Record):
    """A bureau, section, county, school, kindergarten or other body, for as long as it lives.

    `code` is what offices know it by (a school's 10-digit code, an office's own); it is never used again.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    code = models.CharField(_("单位代码"), max_length=40, unique=True)
    kind = models.CharField(_("类型"), max_length=20, choices=UnitKind.choices)
    opened_on = models.DateField(_("设立日期"))
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["code"]
        verbose_name = _("单位")
        constraints = [
            models.CheckConstraint(name="organisations_unit_has_a_code", condition=~Q(code="")),
            models.CheckConstraint(name="organisations_unit_kind_known", condition=Q(kind__in=UnitKind.values)),
            models.CheckConstraint(
                name="organisations_unit_closed_after_opened",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gt=F("opened_on")),
            ),
        ]
        indexes = [models.Index(fields=["kind", "code"], name="organisations_unit_by_kind")]

    def __str__(self) -> str:
        return self.code

    def exists_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


class Dated(Record):
    """A row that holds from a day to a day; `until_on` is the first day on which it no longer holds."""

    from_on = models.DateField(_("起始日期"))
    until_on = models.DateField(_("截止日期"), null=True, blank=True)

    class Meta:
        abstract = True

    def holds_on(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


class UnitName(Dated):
    """What a unit is called, from a day to a day: on every day of its life it has exactly one name."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="names")
    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)

    class Meta:
        ordering = ["unit_id", "from_on"]
        verbose_name = _("单位名称")
        constraints = [
            models.UniqueConstraint(name="organisations_unitname_begins_once", fields=["unit", "from_on"]),
            models.UniqueConstraint(
                name="organisations_unitname_one_open", fields=["unit"], condition=Q(until_on__isnull=True)
            ),
            models.CheckConstraint(name="organisations_unitname_said", condition=~Q(name="")),
            models.CheckConstraint(
                name="organisations_unitname_in_order",
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
            ),
        ]
        indexes = [models.Index(fields=["name"], name="organisations_unitname_name")]

    def __str__(self) -> str:
        return self.name


class Membership(Dated):
    """A unit stands under a parent in one hierarchy, from a day to a day; never under two at once."""

    hierarchy = models.CharField(_("层级"), max_length=20, choices=Hierarchy.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    parent = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["hierarchy", "unit_id", "from_on"]
        verbose_name = _("隶属关系")
        constraints = [
            models.UniqueConstraint(
                name="organisations_membership_begins_once", fields=["hierarchy", "unit", "from_on"]
            ),
            models.UniqueConstraint(
                name="organisations_membership_one_open",
                fields=["hierarchy", "unit"],
                condition=Q(until_on__isnull=True),
            ),
            models.CheckConstraint(name="organisations_membership_not_of_itself", condition=~Q(unit=F("parent"))),
            models.CheckConstraint(
                name="organisations_membership_in_order",
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
            ),
            models.CheckConstraint(
                name="organisations_membership_hierarchy_known", condition=Q(hierarchy__in=Hierarchy.values)
            ),
        ]
        indexes = [
            models.Index(fields=["hierarchy", "parent", "from_on"], name="organisations_member_by_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.hierarchy}: {self.unit_id} under {self.parent_id}"


class Ancestry(Dated):
    """Derived from memberships and lives: `descendant` lies `distance` steps under `ancestor`, from a day to a day.

    A unit is its own descendant at distance 0 in every hierarchy, so that a scope over "this unit and all below it" is
    one index range. Written by the operations that change hierarchies, in their transaction, and by nothing else;
    `manage check_units` compares it with what the memberships say.
    """

    hierarchy = models.CharField(max_length=20, choices=Hierarchy.choices)
    ancestor = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    descendant = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    distance = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["hierarchy", "ancestor_id", "descendant_id", "from_on"]
        verbose_name = _("上下级（推算）")
        constraints = [
            models.UniqueConstraint(
                name="organisations_ancestry_once", fields=["hierarchy", "ancestor", "descendant", "from_on"]
            ),
        ]
        indexes = [
            models.Index(fields=["hierarchy", "descendant", "distance"], name="organisations_ancestry_up"),
        ]

    def __str__(self) -> str:
        return f"{self.hierarchy}: {self.descendant_id} {self.distance} under {self.ancestor_id}"


class Succession(Record):
    """A unit goes on in another: it was split, merged into it, or replaced by it."""

    class Kind(models.TextChoices):
        SPLIT = "split", _("分立")
        MERGE = "merge", _("合并")
        REPLACE = "replace", _("改制")

    predecessor = models.ForeignKey(Unit, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="predecessions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    on = models.DateField(_("日期"))

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("沿革")
        constraints = [
            models.UniqueConstraint(name="organisations_succession_once", fields=["predecessor", "successor", "on"]),
            models.CheckConstraint(
                name="organisations_succession_of_another", condition=~Q(predecessor=F("successor"))
            ),
            models.CheckConstraint(
                name="organisations_succession_kind_known", condition=Q(kind__in=["split", "merge", "replace"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id} ({self.kind})"


class Person(Record):
    """A member of staff as the organisation knows them; what a register knows of a teacher lies there."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    name = models.CharField(_("姓名"), max_length=60)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("人员")
        constraints = [models.CheckConstraint(name="organisations_person_named", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name


class Post(Dated):
    """A person holds a post in a unit, from a day to a day. Rights given for a post end with it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    title = models.CharField(_("岗位"), max_length=60)

    class Meta:
        ordering = ["unit_id", "title", "from_on"]
        verbose_name = _("岗位")
        constraints = [
            models.UniqueConstraint(
                name="organisations_post_begins_once", fields=["person", "unit", "title", "from_on"]
            ),
            models.CheckConstraint(name="organisations_post_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="organisations_post_in_order", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.person_id} in {self.unit_id})"


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        """Finds an account by its name as typed: case and width do not matter."""
        return self.get(username=Account.normalize_username(username or ""))


class Account(AbstractBaseUser, Record):
    """Someone who signs in. `username` is typed at the door (lower case), `name` is what colleagues read."""

    username = models.CharField(
        _("用户名"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9_.@-]+\Z", _("用户名只能用小写字母、数字和 . _ - @。"))],
    )
    name = models.CharField(_("姓名"), max_length=60)
    person = models.OneToOneField(
        Person, models.PROTECT, null=True, blank=True, related_name="account", verbose_name=_("人员")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建时间"))
    is_demonstration = models.BooleanField(_("演示账号"), default=False)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["username"]
        verbose_name = _("账号")
        constraints = [
            models.CheckConstraint(name="organisations_account_named", condition=~Q(username="") & ~Q(name="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Full-width letters to half-width, capitals to small ones, no blanks at the ends."""
        return super().normalize_username(username).strip().casefold()

    def get_full_name(self) -> str:
        return self.name


class Grant(Dated):
    """A right: an account holds a role in a unit, and in what lies below it in one hierarchy, from a day to a day.

    One given for a post ends with the post. A right that has ended stays as a row: who could do what on a day can be
    asked for ever.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants", verbose_name=_("账号"))
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants", verbose_name=_("单位"))
    hierarchy = models.CharField(_("层级"), max_length=20, choices=Hierarchy.choices, default=Hierarchy.ADMINISTRATIVE)
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="grants")
    granted_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(_("授予时间"))

    class Meta:
        ordering = ["account_id", "role", "from_on"]
        verbose_name = _("权限")
        constraints = [
            models.UniqueConstraint(
                name="organisations_grant_one_open",
                fields=["account", "role", "unit", "hierarchy"],
                condition=Q(until_on__isnull=True),
            ),
            models.CheckConstraint(name="organisations_grant_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                # A right taken back on its first day has held on no day, and stays as a row that says so.
                name="organisations_grant_in_order",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
            models.CheckConstraint(
                name="organisations_grant_hierarchy_known", condition=Q(hierarchy__in=Hierarchy.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.role} in {self.unit_id}"


class Deputyship(Dated):
    """An account stands in for another for a period, with the rights that the other holds on each day of it."""

    principal = models.ForeignKey(Account, models.PROTECT, related_name="deputies", verbose_name=_("被代理人"))
    deputy = models.ForeignKey(Account, models.PROTECT, related_name="deputyships", verbose_name=_("代理人"))
    reason = models.CharField(_("事由"), max_length=200)
    granted_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(_("授予时间"))

    class Meta:
        ordering = ["-from_on", "id"]
        verbose_name = _("代理")
        constraints = [
            models.CheckConstraint(name="organisations_deputyship_of_another", condition=~Q(principal=F("deputy"))),
            # A deputy for ever is a grant; it is to be given as one.
            models.CheckConstraint(
                name="organisations_deputyship_has_an_end",
                condition=Q(until_on__isnull=False) & Q(until_on__gte=F("from_on")),
            ),
            models.CheckConstraint(name="organisations_deputyship_reasoned", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.principal_id}"
