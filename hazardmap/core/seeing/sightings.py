"""What a frame says of a thing, and what the frames of a pass say of it together."""

import math
from dataclasses import dataclass

import numpy as np

from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.seeing.locating import nearness_spread2
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.passes import accuracy_m
from hazardmap.core.seeing.placing import Placed, Report


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation and its frame, in the plane.

    mean_m: (2,) east, north; cov_m2: (2, 2). The same as the camera measured it: camera_m: (2,);
    bearing_rad; nearness: 1/range; and the variances of these two, whose errors are nearly
    Gaussian where those of a distant place are not.
    """

    observation: Observation
    view: View
    mean_m: Floats
    cov_m2: Floats
    camera_m: Floats
    bearing_rad: float
    nearness: float
    bearing_var: float
    nearness_var: float


def sighting(
    observation: Observation, view: View, mean_m: Floats, cov_m2: Floats, camera_m: Floats
) -> Sighting:
    """An observation as the camera measured it. mean_m (2,), cov_m2 (2, 2): its place in the plane;
    camera_m (2,): from where it was seen."""
    (ee, en), (_, nn) = cov_m2.tolist()
    sight_e, sight_n = (mean_m - camera_m).tolist()
    range_m = max(math.hypot(sight_e, sight_n), 1.0)
    east, north = sight_e / range_m, sight_n / range_m
    along_m2 = east * east * ee + 2.0 * east * north * en + north * north * nn
    across_m2 = north * north * ee - 2.0 * east * north * en + east * east * nn
    return Sighting(
        observation=observation,
        view=view,
        mean_m=mean_m,
        cov_m2=cov_m2,
        camera_m=camera_m,
        bearing_rad=math.atan2(sight_e, sight_n),
        nearness=1.0 / range_m,
        bearing_var=max(across_m2, 0.01) / range_m**2,
        nearness_var=nearness_spread2(max(along_m2, 0.01) / range_m**2) / range_m**2,
    )


@dataclass(slots=True)
class Thing:
    """What the frames of one pass say about one thing, without the pass's shared offset.

    mean_m: (2,). cov_m2: (2, 2); the frames' errors are correlated, so that n frames of equal
    weight count as n / (1 + (n−1)·0.7). sightings: as measured. twins: second boxes around it.
    """

    family: str
    mean_m: Floats
    cov_m2: Floats
    sightings: list[Sighting]
    twins: list[Sighting]

    @property
    def best(self) -> Observation:
        """The report with the highest score; of equal ones, the one with the smallest id."""
        return min((s.observation for s in self.sightings), key=lambda o: (-o.score, o.id))

    @property
    def placed(self) -> Placed:
        return self.family, self.mean_m, self.cov_m2

    @property
    def report(self) -> Report:
        """Where it is, and the error that its frames share."""
        shared_m2 = float(np.mean([accuracy_m(s.view) ** 2 for s in self.sightings]))
        return Report(self.mean_m, self.cov_m2, shared_m2)

    @property
    def observations(self) -> list[Observation]:
        """Everything that was reported about it, second boxes around it included."""
        return [s.observation for s in (*self.sightings, *self.twins)]
