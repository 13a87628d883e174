"""What was planned for tiles on a connection goes with a ROLLBACK, and tiles go on."""

import pytest
from django.db import connection, transaction

from hazardmap.platform.rows_read import rows_prepared
from tiles.hazards import hazards_tile
from tiles.mercator import Tile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("tile", [Tile(10, 500, 300), Tile(14, 8000, 5000)])
def test_a_tile_is_read_after_a_rollback_that_made_the_driver_drop_all_plans(tile: Tile) -> None:
    assert hazards_tile(tile) is None
    assert rows_prepared("SELECT 1", []) == [(1,)]
    with transaction.atomic():
        connection.cursor().execute("SELECT 1")
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (0,)
    assert hazards_tile(tile) is None
    assert hazards_tile(tile) is None
