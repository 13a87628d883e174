"""After a restore: what tiles and their archive say may be of a time that the map has lost."""

from pathlib import Path

from django.conf import settings

from tiles.layers import LAYERS
from tiles.publish import publication
from tiles.sweep import forget_layer


def tiles_forget() -> int:
    """Empty the folder of built tiles, have the publisher make all features anew, and take the
    archive away; return how many tiles there were. May be repeated, also while tiles are served.
    """
    with publication() as place:
        place.encoding, place.touched = "", {}
    Path(settings.TILE_EXPORT).unlink(missing_ok=True)
    # After the mark: what is built from now on waits for the features.
    return sum(forget_layer(name) for name in LAYERS)
