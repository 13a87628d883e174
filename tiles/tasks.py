import logging

from celery import shared_task

from tiles.archive import Busy
from tiles.export import export

logger = logging.getLogger(__name__)


@shared_task
def export_tiles() -> None:
    """As `manage.py export_tiles`; where another process is at it, nothing."""
    try:
        for _ in export():
            pass
    except Busy:
        logger.info("the archive of tiles is being written already")
