"""How a request passes through the site."""

from hazardmap.settings.env import ENV, REPOSITORY, Mode

ROOT_URLCONF = "hazardmap.urls"
WSGI_APPLICATION = "hazardmap.wsgi.application"
ALLOWED_HOSTS = list(ENV.hosts)
APPEND_SLASH = True

MIDDLEWARE = [
    "hazardmap.platform.request_id.Traced",
    "hazardmap.platform.cross_origin.CrossOrigin",
    "hazardmap.platform.silence.Bounded",
    "hazardmap.platform.compressed.Compressed",
    "hazardmap.web.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hazardmap.web.language.PageLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "hazardmap.web.session_guard.SessionGuard",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hazardmap.web.form_addresses.FormAddresses",
    "hazardmap.web.refusal_pages.RefusalPages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# In production nginx has the live stream under the site's own address.
LIVE_ORIGIN = "" if ENV.mode is Mode.PRODUCTION else f"http://{ENV.host}:{ENV.live_port}"
# A MapLibre style for the ground of the map, and the origins that it needs.
BASEMAP = ENV.basemap
# Who runs the site, and where people reach them (empty in a demonstration); in which country.
OPERATOR, CONTACT, COUNTRY = ENV.operator, ENV.contact, ENV.country
LOGIN_URL = "/login/"
LOGOUT_REDIRECT_URL = "/"

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [REPOSITORY / "frontend" / "dist"] if path.is_dir()]
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": REPOSITORY / "frontend" / "dist" / "manifest.json",
        "static_url_prefix": "",
    }
}
# Vite puts a hash of the content into every file name below assets/.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[0-9A-Za-z_-]{8,}\.\w+$"
# Files are served from where they were built and installed: there is nothing to collect.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
