"""Who may sign in, and in which role; nothing here knows of units."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.organisations.roles import Role


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


class RoleGrant(Record):
    """An account holds a role."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="role_grants", verbose_name=_("账号"))
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    granted_at = models.DateTimeField(_("授予时间"))

    class Meta:
        ordering = ["account_id", "role"]
        verbose_name = _("角色授予")
        constraints = [
            models.UniqueConstraint(name="organisations_rolegrant_once", fields=["account", "role"]),
            models.CheckConstraint(
                name="organisations_rolegrant_role_known", condition=Q(role__in=["editor", "publisher"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.role}"


class SignInFailures(models.Model):
    """How often somebody failed to sign in to one account from one address since `window_started_at`.

    Keyed by a hash, so that the table does not become a list of what people mistyped into the name field.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    window_started_at = models.DateTimeField()

    class Meta:
        verbose_name = _("登录失败计数")
        indexes = [models.Index(fields=["window_started_at"], name="organisations_failures_age")]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"
