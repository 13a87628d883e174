"""Django settings: what the environment decides is in env.py, each part in a file of its own."""

from hazardmap.settings.apps import *  # noqa: F403
from hazardmap.settings.http import *  # noqa: F403
from hazardmap.settings.mail import *  # noqa: F403
from hazardmap.settings.payments import *  # noqa: F403
from hazardmap.settings.queue import *  # noqa: F403
from hazardmap.settings.rest import *  # noqa: F403
from hazardmap.settings.security import *  # noqa: F403
from hazardmap.settings.storage import *  # noqa: F403
