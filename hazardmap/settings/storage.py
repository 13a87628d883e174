"""PostgreSQL, blobs and logs."""

from pathlib import Path

from hazardmap.settings.env import ENV

DATABASES = {"default": ENV.database() | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
DATABASES["default"]["OPTIONS"] |= {
    "options": "-c statement_timeout=30000 -c lock_timeout=10000 "
    "-c client_connection_check_interval=1000 "
    # Compiling a statement takes longer than any of ours does, where it is thought to be long.
    "-c jit=off "
    # Rows are in memory or on an SSD: what is read by an index costs hardly more than in a row.
    "-c random_page_cost=1.1 "
    # Starting helpers takes longer than most of ours, and they take processors from other requests;
    # what reads a whole table has some (platform.unhurried).
    "-c max_parallel_workers_per_gather=0",
    "connect_timeout": 5,
    # A server whose machine is gone (over TCP) is found out in these many milliseconds.
    "tcp_user_timeout": 15_000,
    "prepare_threshold": 5,  # for the statements of tiles; Django's own are never prepared
}
# The server's own, where it is a cluster of `make up`: beside the folder of its socket.
_SOCKETS = Path(DATABASES["default"]["HOST"])
DATABASE_FOLDER = _SOCKETS.parent / "postgres" if _SOCKETS.is_absolute() else None
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENV.redis_url,
        "OPTIONS": {"socket_timeout": 1},  # a request waits for it
    }
}
VAR = ENV.var
# What `make up` fetches for the demonstration, and real pictures that the operator may have.
ASSETS = ENV.var / "assets"
SHARED = ENV.shared
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": ENV.var / "blobs",
            "allow_overwrite": True,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
USAGE_LOG = ENV.var / "usage"
# Built tiles, and a file for each key that must not get any (tiles.files, tiles.denied).
TILE_FILES = ENV.var / "tiles"
TILE_DENIED = ENV.var / "denied"
TILE_EXPORT = ENV.var / "export" / "hazardmap.pmtiles"
TILE_SECRETS = ENV.tile_secrets
PICTURE_DAYS = ENV.picture_days
FRAME_MAX_AGE_DAYS = ENV.frame_max_age_days
DETECTION_MANIFEST = ENV.weights
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "hazardmap.platform.log_lines.Redacted",
            "format": "%(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"hazardmap": {"level": "INFO"}},
}
