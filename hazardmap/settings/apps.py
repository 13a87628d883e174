"""Which packages make up the site, and in which language and time it thinks."""

from hazardmap.settings.env import REPOSITORY

INSTALLED_APPS = [
    "hazardmap.moderation",  # before the admin: their templates win
    "hazardmap.operation",
    "hazardmap.moderation.site.HazardmapAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.gis",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "django_vite",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "hazardmap.platform",
    "hazardmap.accounts",
    "hazardmap.capture",
    "hazardmap.inference",
    "hazardmap.hazards",
    "hazardmap.metering",
    "hazardmap.billing",
    "hazardmap.rewards",
    "hazardmap.webhooks",
    "hazardmap.api",
    "hazardmap.web",
    "tiles",
    "hazardmap.closing",
    "hazardmap.leaving",
    "hazardmap.demo",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("de", "Deutsch"), ("en", "English"), ("es", "Español"), ("fi", "Suomi")]
TIME_ZONE = "UTC"
USE_I18N = True
# Before those of the packages: what the admin says of "Save" is not what the pages say.
LOCALE_PATHS = [REPOSITORY / "hazardmap" / "web" / "locale"]
USE_TZ = True
# In the admin site times of day name their zone; pages write their own (web.templatetags.moments).
FORMAT_MODULE_PATH = ["hazardmap.settings.formats"]
# Debian 12 has GDAL 3.6. What it reads here are positions of our own, never a file or a reference
# system that somebody sends.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
