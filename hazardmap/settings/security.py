"""Cookies, headers and passwords."""

from hazardmap.settings.env import ENV, Mode

SECRET_KEY = ENV.secret_key
DEBUG = False
_HTTPS = ENV.mode is Mode.PRODUCTION

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests log in hundreds of times
    if ENV.mode is Mode.TEST
    else ["django.contrib.auth.hashers.ScryptPasswordHasher"]
)
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by containers and balancers, past the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hazardmap.errors.stale_form"
X_FRAME_OPTIONS = "DENY"
# The body of an upload is bounded by the upload itself (20 MB); everything else is small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# A frame waits in memory: a temporary file would be an original that no sweep finds.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 25_000_000

# A second factor: asked of everybody who has one, and of staff if the operator says so.
STAFF_SECOND_FACTOR = ENV.staff_second_factor
OTP_TOTP_ISSUER = "hazardmap"
OTP_STATIC_THROTTLE_FACTOR = OTP_TOTP_THROTTLE_FACTOR = 1
# Receivers of webhooks on this machine, for tests; everything else must be public.
OUTBOUND_EXCEPTIONS = frozenset(ENV.outbound_exceptions)
