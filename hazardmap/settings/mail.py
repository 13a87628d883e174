"""Mail: to a server, or into a folder where the operator of a demonstration finds the links."""

from hazardmap.settings.env import ENV

globals().update(ENV.mail())
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail_from
SITE = ENV.site
MAIL_FOLDER = None if ENV.mail_url else ENV.var / "mail"
