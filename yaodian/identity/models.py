"""How people prove who they are: activation codes, telephones, second factors, sessions, counted failures, applications.

Nothing here can be read back into a secret: codes are kept as keyed hashes, telephone numbers and the shared secret of a
TOTP app are sealed with keys that lie outside the database, of a passkey only its public half is known here.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.fields import EncryptedTextField
from yaodian.foundation.models import Record


class ActivationCode(Record):
    """A code on a letter, with which a person chooses a password for the first time or after forgetting it.

    `digest` is a keyed hash of the code in its canonical form. At most one code of an account is open.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="activation_codes")
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField(_("签发时间"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField(_("有效期至"))
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-issued_at", "-id"]
        verbose_name = _("激活码")
        constraints = [
            models.UniqueConstraint(
                name="identity_activationcode_one_open",
                fields=["account"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="identity_activationcode_ends_once", condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(name="identity_activationcode_expires", condition=Q(expires_at__gt=F("issued_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.issued_at:%Y-%m-%d}"


class Phone(Record):
    """The mobile telephone of an account, which its owner has shown to hold: an account has one, a number opens one account.

    `number` is in E.164 as `identity.numbers` writes it. `display_name` is how a family that opened its account itself wants
    to be addressed; the name of the account stands in the journal for ever and says nothing.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone")
    number = EncryptedTextField(_("手机号"), max_length=16, pad_to=16)
    number_index = models.BinaryField(max_length=16, unique=True, editable=False)
    display_name = EncryptedTextField(_("称呼"), max_length=30, pad_to=120, blank=True)
    verified_at = models.DateTimeField(_("验证时间"))

    class Meta:
        verbose_name = _("绑定的手机号")

    def __str__(self) -> str:
        return f"{self.account_id}"


class PhoneCode(Record):
    """Six digits that were sent to a number for one purpose, good once, for ten minutes, for five tries.

    `number_index` finds the number, which does not stand here. `holder` is a keyed hash of the mark of the browser that asked:
    only there is the code good, so that no stranger can use up the tries of somebody else's or put another in its place.
    A row is made for every request, also where no code was sent. The rows of a day count against the number's limits.
    """

    class Purpose(models.TextChoices):
        OPEN = "open", _("开通账号")
        RESET = "reset", _("重设密码")
        CHANGE = "change", _("绑定手机号")
        CONFIRM = "confirm", _("确认本人操作")

    MOST_TRIES = 5

    number_index = models.BinaryField(max_length=16, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    holder = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at", "-id"]
        verbose_name = _("短信验证码")
        constraints = [
            models.CheckConstraint(name="identity_phonecode_expires", condition=Q(expires_at__gt=F("sent_at"))),
            models.CheckConstraint(name="identity_phonecode_five_tries", condition=Q(tries__lte=5)),
            models.CheckConstraint(
                name="identity_phonecode_purpose_known", condition=Q(purpose__in=["open", "reset", "change", "confirm"])
            ),
        ]
        indexes = [
            models.Index(fields=["number_index", "-sent_at"], name="identity_phonecode_of_number"),
            models.Index(fields=["sent_at"], name="identity_phonecode_age"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.sent_at:%Y-%m-%d %H:%M}"


class Totp(Record):
    """The app on a telephone that shows six digits: its sealed secret, and the last time step whose code was used.

    A code is good once: `last_step` only grows (RFC 6238, 5.2). It lies in the database, not in a cache, so that two
    processes cannot each take the same code.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="totp")
    sealed_secret = models.CharField(max_length=200)
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(_("添加时间"))
    used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = _("动态验证码")
        constraints = [models.CheckConstraint(name="identity_totp_sealed", condition=~Q(sealed_secret=""))]

    def __str__(self) -> str:
        return f"{self.account_id}"


class Passkey(Record):
    """A passkey: its public half, and how often it says it has signed."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField(_("名称"), max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True)
    credential = models.TextField()
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(_("添加时间"))
    used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("通行密钥")
        constraints = [models.CheckConstraint(name="identity_passkey_named", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(Record):
    """One of ten codes on paper for the day on which the telephone is lost; good once."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("备用码")
        constraints = [models.UniqueConstraint(name="identity_recoverycode_once", fields=["account", "digest"])]

    def __str__(self) -> str:
        return f"{self.account_id}"


class SignIn(Record):
    """A session of an account, as its owner sees it: since when, last seen, from where, on what device, proved how."""

    class Method(models.TextChoices):
        PASSWORD = "password", _("密码")
        PASSWORD_TOTP = "password_totp", _("密码和动态验证码")
        PASSWORD_PASSKEY = "password_passkey", _("密码和通行密钥")
        PASSWORD_RECOVERY = "password_recovery", _("密码和备用码")
        PASSKEY = "passkey", _("通行密钥")
        CODE = "code", _("激活码")
        PHONE = "phone", _("短信验证码")
        PLATFORM = "platform", _("政务平台")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    method = models.CharField(_("登录方式"), max_length=20, choices=Method.choices)
    device = models.CharField(_("设备"), max_length=100)
    address = models.CharField(_("地址"), max_length=45, blank=True)
    opened_at = models.DateTimeField(_("登录时间"))
    seen_at = models.DateTimeField(_("最近活动"))

    class Meta:
        ordering = ["-seen_at", "-id"]
        verbose_name = _("登录")
        indexes = [models.Index(fields=["account", "-seen_at"], name="identity_signin_of_account")]
        constraints = [
            models.CheckConstraint(
                name="identity_signin_method_known",
                condition=Q(
                    method__in=[
                        "password", "password_totp", "password_passkey", "password_recovery", "passkey", "code",
                        "phone", "platform",
                    ]
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.account_id}: {self.opened_at:%Y-%m-%d %H:%M}"


class Failures(models.Model):
    """How often somebody failed for one account from one place since `since`.

    A place is a network address, or a device that has been signed in with before. Both columns are keyed hashes, so
    that the table does not become a list of what people mistyped into the name field. Text messages are counted in the same
    way and apart: a number that was asked for and has not come in since.
    """

    class Budget(models.TextChoices):
        DOOR = "door", _("登录")
        TEXT = "text", _("短信")

    account_key = models.CharField(max_length=64)
    place_key = models.CharField(max_length=64)
    budget = models.CharField(max_length=4, choices=Budget.choices, default=Budget.DOOR)
    is_device = models.BooleanField(default=False)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("登录失败计数")
        constraints = [models.UniqueConstraint(name="identity_failures_once", fields=["account_key", "place_key"])]
        indexes = [
            models.Index(fields=["place_key", "since"], name="identity_failures_at_place"),
            models.Index(fields=["since"], name="identity_failures_age"),
        ]

    def __str__(self) -> str:
        return f"{self.account_key[:8]} at {self.place_key[:8]}: {self.count}"


class Pace(models.Model):
    """How many attempts were let through in the minute that began at `since`, where a place or the site is slowed.

    Alarms keep a row each as well, so that one attack is one entry in the journal.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("登录限速")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"


class Subject(Record):
    """The name under which applications know an account: it tells nothing and never changes."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subject")
    value = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("统一登录标识")

    def __str__(self) -> str:
        return str(self.value)


class Application(Record):
    """An application of a school or an office whose people sign in to it through us.

    The protocol's own columns lie in django-allauth's `Client`; here stands what the bureau knows about it.
    """

    client = models.OneToOneField("allauth_idp_oidc.Client", models.CASCADE, related_name="application")
    owner = models.CharField(_("所属单位"), max_length=120)
    contact = models.CharField(_("联系人"), max_length=120, blank=True)
    is_enabled = models.BooleanField(_("启用"), default=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["client__name", "id"]
        verbose_name = _("应用")
        constraints = [models.CheckConstraint(name="identity_application_owned", condition=~Q(owner=""))]

    def __str__(self) -> str:
        return f"{self.client_id}"


class Authorization(Record):
    """That a person let an application in: the rights he held then. Every code and token that came of it bears `grant_id`.

    They end as soon as one of these rights has, as a session does; `operations.check_token` asks at each use.
    """

    grant_id = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="authorizations")
    rights = models.JSONField(default=list, blank=True)
    begun_at = models.DateTimeField()

    class Meta:
        verbose_name = _("应用授权")
        indexes = [models.Index(fields=["begun_at"], name="identity_authorization_age")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.begun_at:%Y-%m-%d %H:%M}"
