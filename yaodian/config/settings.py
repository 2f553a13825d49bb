"""Every setting, read from the environment.

Nothing needs to be set for a first look: the data then lie in `var/` beside the code, the database is SQLite,
and the secret key is made once and kept there. `YAODIAN_ENV=production` asks for the three values that nobody can
guess for you (`SECRET_KEY`, `ALLOWED_HOSTS`, `YAODIAN_KEYS`) and turns on everything that needs HTTPS.

======================= ===================================================================== ==============================
Variable                Meaning                                                               Default
======================= ===================================================================== ==============================
YAODIAN_ENV             `development` or `production`                                         development
YAODIAN_DEBUG           `1` shows stack traces in the browser; refused in production          0
YAODIAN_DATA            folder of the database, the secret key and uploads                    `var/` beside `pyproject.toml`
SECRET_KEY              signs sessions; required in production, at least 50 characters        made once in `var/secret-key`
ALLOWED_HOSTS           host names, with commas; required in production                       localhost,127.0.0.1,[::1]
DATABASE_URL            e.g. `postgres://user:password@host/name`                             SQLite in YAODIAN_DATA
YAODIAN_KEYS            file with the keys of sealed columns; required in production          `keys.json` in YAODIAN_DATA
YAODIAN_SEALING         how columns are sealed: `aes` (AES-256-GCM) or `sm4` (SM4-GCM)        aes
PORT                    port of `yaodian serve`                                               8000
YAODIAN_PROXIES         number of reverse proxies in front that set X-Forwarded-For           0
YAODIAN_HSTS            seconds of Strict-Transport-Security, production only                 31536000
YAODIAN_WORKERS         processes for background jobs beside the web server                   2
YAODIAN_DOOR_RATE       families let in a minute on this machine, the rest wait; 0: no door   600
YAODIAN_HANDS           requests that a web process takes on at once; 0: no bound             18
YAODIAN_LOG_LEVEL       level of the log on standard error                                    INFO
YAODIAN_IDLE_MINUTES    minutes without a click after which a session ends; 0: never          60
YAODIAN_REQUEST_DAYS    days to answer requests about personal data; 0: none promised         0
VIRUS_SCANNER           clamd at `tcp://HOST:PORT` or `unix:/PATH`; files not scanned if empty empty
YAODIAN_EVIDENCE_MB     largest evidence file, in MB                                          20
MAIL_HOST               server that takes our mail; no mail is sent if empty                  empty
MAIL_PORT               its port                                                              587
MAIL_SECURITY           `starttls`, `tls` or `none`                                           starttls
MAIL_USER               name to sign in with there; none if empty                             empty
MAIL_PASSWORD           the password that goes with it                                        empty
MAIL_FROM               address that mail comes from                                          empty
WECOM_WEBHOOK           address of the WeCom group robot, its key included; off if empty      empty
DINGTALK_WEBHOOK        address of the DingTalk group robot, its token included; off if empty empty
DINGTALK_SECRET         secret by which that robot wants messages signed                      empty
TEXT_GATEWAY            address to which text messages are posted, or `outbox` (kept here)    outbox; empty in production
TEXT_GATEWAY_TOKEN      what is sent there as bearer token; none if empty                     empty
YAODIAN_QUIET_HOURS     local hours in which no message goes out, or `none`                   21:00-07:30
FACTOR_KEY_FILE         file of the key that seals second factors, mode 600                   made once in YAODIAN_DATA
OIDC_KEY_FILE           file of the private key that signs tokens for applications            made once in YAODIAN_DATA
SNAPSHOT_KEY_FILE       file of the private key that signs snapshots of public pages          made once in YAODIAN_DATA
OIDC_ISSUER             the address that applications know this site by                       the address of the request
PLATFORM_ISSUER         address of the OpenID provider that signs our people in; off if empty empty
PLATFORM_CLIENT_ID      what that provider knows this site by                                 empty
PLATFORM_CLIENT_SECRET  the secret that goes with it                                          empty
PLATFORM_LABEL          words on the button of the sign-in page                               政务平台
PLATFORM_SCOPES         what is asked of that provider                                        openid profile
PLATFORM_USERNAME_CLAIM claim whose verified value is a user name here; off if empty          empty
======================= ===================================================================== ==============================
"""

import os
import re
import secrets
import sys
from datetime import time
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

PACKAGE_DIR = Path(__file__).resolve().parents[1]
PROJECT_DIR = PACKAGE_DIR.parent


def _is_on(name: str) -> bool:
    """Whether a variable says yes. Raises ImproperlyConfigured for a word that is neither yes nor no."""
    word = os.environ.get(name, "").strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={word!r} is neither 1 nor 0. Set {name}=1 or leave it out.")


def _whole_number(name: str, default: int, *, least: int = 0) -> int:
    """The number in a variable. Raises ImproperlyConfigured where it is none or too small."""
    word = os.environ.get(name, "").strip()
    if not word:
        return default
    if not word.isascii() or not word.isdigit() or int(word) < least:
        raise ImproperlyConfigured(
            f"{name}={word!r} is not a whole number of at least {least}. Correct it or leave it out."
        )
    return int(word)


def _data_dir() -> Path:
    """The folder that holds everything that must survive an update; made, readable by its owner only."""
    named = os.environ.get("YAODIAN_DATA")
    if named:
        folder = Path(named).expanduser().resolve()
    elif (PROJECT_DIR / "pyproject.toml").is_file():
        folder = PROJECT_DIR / "var"
    else:
        # An installed wheel must not write into site-packages.
        folder = Path.cwd() / "var"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _kept_secret_key(path: Path) -> str:
    """The secret key of a development machine: made at the first start, mode 600, the same ever after.

    Two processes that start together must agree, so the key is written aside and linked into place: the link either
    makes the file whole or finds the other's.
    """
    if not path.exists():
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(60))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 50:
        raise ImproperlyConfigured(f"{path} holds no usable key. Delete the file; a new key is made at the next start.")
    return key


ENVIRONMENT = os.environ.get("YAODIAN_ENV", "development").strip().lower()
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured(f"YAODIAN_ENV={ENVIRONMENT!r} is unknown. Use development or production.")
IS_PRODUCTION = ENVIRONMENT == "production"

DEBUG = _is_on("YAODIAN_DEBUG")
if DEBUG and IS_PRODUCTION:
    raise ImproperlyConfigured("YAODIAN_DEBUG=1 would show secrets to visitors. Leave it out in production.")

DATA_DIR = _data_dir()

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if IS_PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "Production needs SECRET_KEY with at least 50 random characters. "
        "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(60))'"
    )
if not SECRET_KEY:
    SECRET_KEY = _kept_secret_key(DATA_DIR / "secret-key")

ALLOWED_HOSTS = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
if not ALLOWED_HOSTS:
    if IS_PRODUCTION:
        raise ImproperlyConfigured("Production needs ALLOWED_HOSTS, e.g. ALLOWED_HOSTS=plans.example.gov.cn")
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if IS_PRODUCTION:
    CSRF_TRUSTED_ORIGINS = [
        f"https://{host.replace('.', '*.', 1) if host.startswith('.') else host}" for host in ALLOWED_HOSTS
    ]

KEYS_FILE = Path(os.environ.get("YAODIAN_KEYS") or DATA_DIR / "keys.json")
# The command that makes the file reads the settings like any other.
if IS_PRODUCTION and "make_keys" not in sys.argv[1:3]:
    if not os.environ.get("YAODIAN_KEYS"):
        raise ImproperlyConfigured(
            "Production needs YAODIAN_KEYS, the file with the keys of sealed columns, kept and backed up apart from the "
            "database. Make one with: yaodian manage make_keys --out FILE"
        )
    # A service that starts without its keys fails at the first person, in front of a clerk.
    if not KEYS_FILE.is_file():
        raise ImproperlyConfigured(
            f"YAODIAN_KEYS names {KEYS_FILE}, where no file is. Put its backup there; for a new installation make it with: "
            f"yaodian manage make_keys --out {KEYS_FILE}"
        )
KEY_PROVIDER = "yaodian.foundation.keys.file_keys"
SEALING_ALGORITHM = os.environ.get("YAODIAN_SEALING", "aes").strip().lower()
if SEALING_ALGORITHM not in {"aes", "sm4"}:
    raise ImproperlyConfigured(f"YAODIAN_SEALING={SEALING_ALGORITHM!r} is unknown. Use aes or sm4.")

PORT = _whole_number("PORT", 8000, least=1)

# Applications ---------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "yaodian.web",
    "yaodian.plans",
    "yaodian.indicators",
    "yaodian.appraisal",
    "yaodian.admissions",
    "yaodian.exams",
    "yaodian.timetabling",
    "yaodian.measures",
    "yaodian.cases",
    "yaodian.registry",
    "yaodian.operating",
    "yaodian.identity",
    "yaodian.organisations",
    "yaodian.audit",
    "yaodian.foundation",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    # The library keeps its parts in apps that ask for each other; of accounts and social accounts it needs the tables.
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.idp.oidc",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yaodian.foundation.middleware.client_address",
    "yaodian.foundation.middleware.chosen_language",
    # What is held or refused here has cost neither a session nor a query. A turn is given before hands are counted: whoever
    # comes gets one, however busy the house is.
    "yaodian.foundation.door.waiting_room",
    "yaodian.foundation.door.bounded_hands",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "yaodian.foundation.middleware.bounded_requests",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "yaodian.organisations.middleware.rights_still_hold",
    "yaodian.organisations.middleware.behind_the_wall",
    "yaodian.identity.middleware.idle_sessions_end",
    "yaodian.identity.middleware.second_factor_first",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yaodian.foundation.middleware.private_pages",
    # Innermost, so that a snapshot goes out with all that the page itself would go out with.
    "yaodian.foundation.snapshots.served",
]

ROOT_URLCONF = "yaodian.config.urls"
WSGI_APPLICATION = "yaodian.config.wsgi.application"
ASGI_APPLICATION = "yaodian.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yaodian.foundation.context.appearance",
                "yaodian.config.navigation.navigation",
            ],
            "builtins": ["yaodian.foundation.templatetags.interface"],
        },
    },
]
FORM_RENDERER = "yaodian.foundation.forms.FormRenderer"

# Data -----------------------------------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{DATA_DIR / 'yaodian.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            # A transaction takes the write lock when it begins, so two writers wait for each other instead of failing
            # half way, and what one of them has read stays true until it has written.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: what was answered with "saved" survives a power cut, not only a killed process.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
        }
    )
    # A file, as in earnest: a database in memory knows neither WAL nor waiting for a lock.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "bulk"]}}
JOB_LEASE_SECONDS = 20
JOB_SWEEP_SECONDS = 10
JOB_POLL_SECONDS = 0.5
JOB_KEEP_DAYS = 30
# How long an import can be undone: then its rows, which name people, are deleted.
IMPORT_KEEP_DAYS = 90
# A schedule every half minute writes 2,880 rows a day; a day of them is enough to look into an accident.
SCHEDULED_JOB_KEEP_HOURS = 24
# A finished job's key keeps the same work from being done twice, so its row stays longer than anybody's second try.
JOB_ROW_KEEP_DAYS = 180

# Records of people that one account may have opened, unmasked or exported in a day without a further approval: a case
# worker of the office opens some dozens, and a stolen session must not carry a school away.
READ_BUDGET_PER_DAY = 200
# Half of the budget in ten minutes is no longer reading by eye (six seconds a record), so it is an alarm.
READ_ALARM_COUNT = 100
READ_ALARM_WINDOW_SECONDS = 600
# Names in lists: sixty pages of fifty within the window is no longer somebody who looks for a pupil.
LIST_ALARM_COUNT = 3000
# Jobs that fail for good within the same window: one bad file is the sender's matter, ten are the system's.
JOB_ALARM_COUNT = 10

MEDIA_ROOT = DATA_DIR / "uploads"
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
EVIDENCE_MAX_BYTES = _whole_number("YAODIAN_EVIDENCE_MB", 20, least=1) * 1024 * 1024
VIRUS_SCANNER = os.environ.get("VIRUS_SCANNER", "").strip()
if VIRUS_SCANNER and not re.fullmatch(
    r"tcp://[^/\s:]+:\d{1,5}|tcp://\[[0-9a-fA-F:]+\]:\d{1,5}|unix:/\S+", VIRUS_SCANNER
):
    raise ImproperlyConfigured(
        f"VIRUS_SCANNER={VIRUS_SCANNER!r} is no address of a clamd. Use tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl."
    )
# A sheet of a whole city is the largest thing anybody sends: foundation/sheets/limits.py, and what surrounds it.
REQUEST_MAX_BYTES = 208 * 1024 * 1024
# What a request holds besides its files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Dotted names of callables (unit, account, on) -> Panel | None: what slices show on a school's page, in this order.
SCHOOL_PANELS: list[str] = ["yaodian.measures.queries.school_panel"]
# The same on the page of a unit of any kind.
UNIT_PANELS: list[str] = [
    "yaodian.plans.queries.panels.unit_panel",
    "yaodian.cases.queries.unit_panel",
    "yaodian.measures.queries.school_panel",
]

# What a reference such as «cases.case:12» names: dotted names of callables (account, ids, today) -> {id: Referent}.
REFERENCES: dict[str, str] = {
    "admissions.application": "yaodian.admissions.queries.referring.applications",
    "admissions.appeal": "yaodian.admissions.queries.referring.appeals",
    "cases.case": "yaodian.cases.queries.about.referents",
    "plans.commitment": "yaodian.plans.queries.referring.commitments",
    "plans.report": "yaodian.plans.queries.referring.reports",
}

# By the name of a page: who tells which reference it shows, (account, named, today) -> reference or "".
REFERENCE_PAGES: dict[str, str] = {
    "cases:case": "yaodian.cases.queries.about.reference_shown",
    "plans:commitment": "yaodian.plans.queries.referring.commitment_shown",
    "plans:report": "yaodian.plans.queries.referring.report_shown",
}

# Requests of guardians about the data of their children. How many days their answer may take is the office's own decision:
# no law names a number, so there is none until the office sets one.
REQUEST_DAYS = _whole_number("YAODIAN_REQUEST_DAYS", 0)
# Dotted names of callables (pupil_id, now) -> None: what slices erase with a pupil, in the same transaction.
PUPIL_ERASERS: list[str] = []
# Dotted names of callables (pupil_id) -> (heading, plain JSON): what slices add to the copy of a pupil's data.
PUPIL_COPIES: list[str] = []

# People ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisations.Account"
AUTHENTICATION_BACKENDS = ["yaodian.organisations.queries.AccountBackend"]
PASSWORD_HASHERS = ["yaodian.foundation.hashers.OwaspArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "identity:sign_in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:home"

# Budgets of failed attempts in a window: docs/algorithms/throttling.md says why these.
SIGN_IN_WINDOW_SECONDS = 15 * 60
SIGN_IN_MAX_FAILURES = 5
SIGN_IN_MAX_FAILURES_OF_ACCOUNT = 25
SIGN_IN_MAX_ACCOUNTS_OF_ADDRESS = 40
SIGN_IN_PACE_OF_ADDRESS = 6
SIGN_IN_MAX_ACCOUNTS = 400
SIGN_IN_PACE = 60
# Text messages: numbers that somebody asked for without coming in, at one address and anywhere. A city opens its accounts
# within a few days, and so many begin at once.
TEXTS_MAX_NUMBERS_OF_ADDRESS = 40
TEXTS_PACE_OF_ADDRESS = 6
TEXTS_MAX_NUMBERS = 4000
TEXTS_PACE = 300
DEVICE_COOKIE_NAME = "yaodian_device"
DEVICE_COOKIE_AGE = 180 * 24 * 60 * 60

PHONE_CODE_SECONDS = 10 * 60
ACTIVATION_CODE_SECONDS = 14 * 24 * 60 * 60
SUDO_SECONDS = 10 * 60
SESSION_IDLE_SECONDS = 60 * _whole_number("YAODIAN_IDLE_MINUTES", 60)

FACTOR_KEY_FILE = Path(os.environ.get("FACTOR_KEY_FILE") or DATA_DIR / "factor-key")
OIDC_KEY_FILE = Path(os.environ.get("OIDC_KEY_FILE") or DATA_DIR / "oidc-key.pem")

# Single sign-on for applications; the issuer is the address that they know us by.
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "").rstrip("/")
IDP_OIDC_ADAPTER = "yaodian.identity.adapters.ProviderAdapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 15 * 60
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 12 * 60 * 60
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

# A government platform that signs our people in.
PLATFORM_ID = "platform"
PLATFORM_ISSUER = os.environ.get("PLATFORM_ISSUER", "").rstrip("/")
PLATFORM_LABEL = os.environ.get("PLATFORM_LABEL", "") or _("政务平台")
PLATFORM_USERNAME_CLAIM = os.environ.get("PLATFORM_USERNAME_CLAIM", "")
if PLATFORM_ISSUER:
    if IS_PRODUCTION and not PLATFORM_ISSUER.startswith("https://"):
        raise ImproperlyConfigured("PLATFORM_ISSUER must begin with https:// in production.")
    if not os.environ.get("PLATFORM_CLIENT_ID") or not os.environ.get("PLATFORM_CLIENT_SECRET"):
        raise ImproperlyConfigured("PLATFORM_ISSUER needs PLATFORM_CLIENT_ID and PLATFORM_CLIENT_SECRET beside it.")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": PLATFORM_ID,
                "name": PLATFORM_LABEL,
                "client_id": os.environ.get("PLATFORM_CLIENT_ID", ""),
                "secret": os.environ.get("PLATFORM_CLIENT_SECRET", ""),
                "settings": {
                    "server_url": PLATFORM_ISSUER,
                    "scope": os.environ.get("PLATFORM_SCOPES", "openid profile").split(),
                    "oauth_pkce_enabled": True,
                },
            }
        ]
        if PLATFORM_ISSUER
        else []
    }
}
SOCIALACCOUNT_ADAPTER = "yaodian.identity.adapters.PlatformAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
ACCOUNT_ADAPTER = "yaodian.identity.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "yaodian_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "yaodian_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "yaodian.web.errors.csrf_failure"

# Under load: docs/how-to/opening-day.md ---------------------------------------------------------------------------

DOOR_RATE = _whole_number("YAODIAN_DOOR_RATE", 600)
REQUESTS_IN_HAND = _whole_number("YAODIAN_HANDS", 18)
DOOR_FILE = DATA_DIR / "turns"
TURN_COOKIE_NAME = "yaodian_turn"
# Where arrivals wait for their turn: every request to the entries; in the rooms whatever is no form sent from inside.
DOOR_ENTRIES = ["/sign-in/", "/open-account/", "/activate/", "/reset-password/"]
DOOR_ROOMS = ["/admissions/apply/"]

# Public pages that are laid down as signed files: dotted names of callables (day) -> Pages.
SNAPSHOT_PAGES: list[str] = ["yaodian.admissions.queries.snapshots.public_pages"]
SNAPSHOT_DIR = DATA_DIR / "snapshots"
SNAPSHOT_KEY_FILE = Path(os.environ.get("SNAPSHOT_KEY_FILE") or DATA_DIR / "snapshot-key.pem")
# So often a process asks whether what it serves from files is what the database says.
SNAPSHOT_CHECK_SECONDS = 1.0

# Messages -------------------------------------------------------------------------------------------------------

EMAIL_HOST = os.environ.get("MAIL_HOST", "").strip()
EMAIL_PORT = _whole_number("MAIL_PORT", 587, least=1)
EMAIL_HOST_USER = os.environ.get("MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("MAIL_PASSWORD", "")
MAIL_SECURITY = os.environ.get("MAIL_SECURITY", "").strip().lower() or "starttls"
if MAIL_SECURITY not in {"starttls", "tls", "none"}:
    raise ImproperlyConfigured(f"MAIL_SECURITY={MAIL_SECURITY!r} is unknown. Use starttls, tls or none.")
EMAIL_USE_TLS = MAIL_SECURITY == "starttls"
EMAIL_USE_SSL = MAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "").strip()
if EMAIL_HOST and not DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("MAIL_HOST needs MAIL_FROM beside it, the address that mail comes from.")


def _robot(name: str, address: str) -> str:
    """The address of a robot. Raises ImproperlyConfigured, without the address: it holds a secret."""
    if address and not re.match(r"https://[^/\s]+/|http://(?:127\.0\.0\.1|localhost)[:/]", address):
        raise ImproperlyConfigured(f"{name} must begin with https:// and the name of a host.")
    return address


WECOM_WEBHOOK = _robot("WECOM_WEBHOOK", os.environ.get("WECOM_WEBHOOK", "").strip())
DINGTALK_WEBHOOK = _robot("DINGTALK_WEBHOOK", os.environ.get("DINGTALK_WEBHOOK", "").strip())
DINGTALK_SECRET = os.environ.get("DINGTALK_SECRET", "").strip()

# Where nobody reads the outbox, nobody may wait for a code: without a word in production no text message is promised.
TEXT_GATEWAY = os.environ.get("TEXT_GATEWAY", "").strip() or ("" if IS_PRODUCTION else "outbox")
if TEXT_GATEWAY != "outbox":
    _robot("TEXT_GATEWAY", TEXT_GATEWAY)
TEXT_GATEWAY_TOKEN = os.environ.get("TEXT_GATEWAY_TOKEN", "").strip()


def _quiet_hours() -> tuple[time, time] | None:
    """When quiet hours begin and end, or None for none. Raises ImproperlyConfigured."""
    word = os.environ.get("YAODIAN_QUIET_HOURS", "").strip() or "21:00-07:30"
    if word == "none":
        return None
    try:
        begin, end = (time.fromisoformat(part) for part in word.split("-"))
    except ValueError as error:
        raise ImproperlyConfigured(f"YAODIAN_QUIET_HOURS={word!r} is not like 21:00-07:30, and not none.") from error
    return (begin, end) if begin != end else None


QUIET_HOURS = _quiet_hours()

# Words ----------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "yaodian_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
THEME_COOKIE_NAME = "yaodian_theme"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Static files ---------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# WhiteNoise warns of a missing folder, and a warning is an error in the tests.
STATIC_ROOT.mkdir(exist_ok=True)
# Outside production the files are served from where they lie, so that a start needs no copying step.
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 60 if IS_PRODUCTION else 0
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Protection -----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Tabler and Swagger draw small arrows and ticks as data images in their style sheets.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
TRUSTED_PROXIES = _whole_number("YAODIAN_PROXIES", 0)
if IS_PRODUCTION:
    SECURE_SSL_REDIRECT = True
    # The health check is asked by machines inside the network, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = _whole_number("YAODIAN_HSTS", 365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXIES:
        # Only a proxy that we were told of may say that the visitor came by HTTPS.
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Log ------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("YAODIAN_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        # Without these two lines Django writes to its own handler as well, and each line appears twice.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # A wrong host name or a missing page is the visitor's mistake, no event for the operator.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
