"""As django.conf.locale.en.formats, with the zone."""

DATETIME_FORMAT = "j M Y, H:i:s e"
SHORT_DATETIME_FORMAT = "Y-m-d H:i e"
DATE_FORMAT = "j M Y"
