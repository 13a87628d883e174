"""What the map adds up to: always what the hazards say."""

from django.db import models
from django.db.models import F, Func, Q

from hazardmap.core.geometry.grid import COARSEST_RES, FINEST_RES

# Counts and half-lives are above 0; JSON itself knows no NaN.
_IMPOSSIBLE = "strict $.* ? (!(@[0] > 0 && @[0] < 1e9 && @[1] > 0 && @[1] < 1e10))"


class Cell(models.Model):
    """How many hazards to expect in an H3 cell (core.derived.cells.Counts).

    counts: kind → [expected at t_ref, half-life in seconds]; empty where there is nothing any
    more. cursor: grows with each change of any cell, in the order of commits.
    """

    cell = models.BigIntegerField(primary_key=True)
    res = models.PositiveSmallIntegerField()
    t_ref = models.DateTimeField(null=True)
    counts = models.JSONField()
    cursor = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(res__range=(COARSEST_RES, FINEST_RES)), name="cell_res"
            ),
            models.CheckConstraint(
                condition=Q(counts={}, t_ref=None) | ~Q(counts={}) & Q(t_ref__isnull=False),
                name="cell_counts_have_a_time",
            ),
            models.CheckConstraint(
                condition=Func(
                    F("counts"),
                    template=f"NOT jsonb_path_exists(%(expressions)s, '{_IMPOSSIBLE}')",
                    output_field=models.BooleanField(),
                ),
                name="cell_counts",
            ),
        ]
