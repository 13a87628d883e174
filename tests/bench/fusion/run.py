"""One stream through the map and the baselines, compared with the truth hour by hour."""

from collections import defaultdict
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from scipy.spatial import cKDTree

from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.learned.learning import Tally, tally, with_road
from hazardmap.core.learned.learning import learned as learned_params
from hazardmap.core.learned.trust import Claim, newcomer, reputation
from hazardmap.core.seeing.association import things
from hazardmap.core.seeing.mounting import Mounting, learned
from hazardmap.core.seeing.passes import split
from hazardmap.core.seeing.sightings import Thing
from tests.bench.fusion.baselines import Baselines
from tests.bench.fusion.calibration import Calibration
from tests.bench.fusion.following import Following
from tests.bench.fusion.peers import Peers
from tests.bench.fusion.sites import SITUATIONS, Sites
from tests.scenes import driven_m
from tests.sim.town import CORNER, START, Drive, Town
from tests.sim.world import KINDS

_APART_M = 15.0
_PEERS_EVERY_H = 12.0  # they take as long to compare as the map


@dataclass
class Outcome:
    """What one stream gave. Duplicates and merges count things at least 15 m apart.

    map_beside_peers: Σ squares of the map at the hours at which `peers` are asked.
    """

    map: Calibration
    map_beside_peers: float
    baselines: Baselines
    peers: Peers
    following: Following
    sites: Sites
    apart: np.ndarray
    canyon: np.ndarray
    duplicates: int
    standing: int
    observations: int
    by_kind: dict[str, Calibration]


def warmed_up(town: Town, rounds: int = 2) -> FusionParams:
    """The parameters that a map learns from this town's stream alone, without its truth."""
    shipped = params = FusionParams()
    for version in range(rounds):
        params = learned_params(_tally(town, params), shipped, params, f"learned-{version + 1}")
    return params


def _tally(town: Town, params: FusionParams) -> Tally:
    plane = Plane(*CORNER)
    replay = Replay(plane, params, {})
    mountings: dict[UUID, Mounting] = defaultdict(Mounting)
    now, looked_m = START, 0.0
    for drive in town.drives(lambda device, stated: mountings[device].applied(stated)):
        now = max(now, drive.views[-1].captured_at)
        (one,) = split(drive.views)
        reported = _reported(drive, plane)
        mountings[one.views[0].device_id] += learned(reported)
        replay.step(one, reported)
        looked_m += driven_m(one.views, plane)
    return with_road(tally([*replay.candidates, *replay.given_up], now), looked_m)


def run(town: Town, params: FusionParams, every_h: float = 1.0) -> Outcome:
    """params: what the map starts with; whom it trusts it finds out, day by day, by itself."""
    sites = Sites(town)
    result = Outcome(
        Calibration(), 0.0, Baselines(sites), Peers(sites), Following(sites), sites,
        np.zeros(0), np.zeros(0), 0, 0, 0,
        {what: Calibration() for what in (*KINDS, *SITUATIONS)},
    )  # fmt: skip
    plane = Plane(*CORNER)
    params = replace(params, default_trust=newcomer())
    replay = Replay(plane, params, {})
    apart = _apart(town)
    next_h = every_h
    mountings: dict[UUID, Mounting] = defaultdict(Mounting)
    for drive in town.drives(lambda device, stated: mountings[device].applied(stated)):
        while next_h <= drive.end_h:
            _ask(result, next_h, params)
            if next_h % 24.0 < every_h:
                _count_duplicates(result, *_at_sites(sites, town, apart))
                replay.assume(_trusting(replay, params))
            next_h += every_h
        _take(result, replay, plane, drive, mountings)
    result.apart, result.canyon = _at_sites(sites, town, apart)
    return result


def _take(
    result: Outcome, replay: Replay, plane: Plane, drive: Drive, mountings: dict[UUID, Mounting]
) -> None:
    reported = _reported(drive, plane)
    place = {
        seen.observation.id: seen.mean_m
        for thing in reported
        for seen in (*thing.sightings, *thing.twins)
    }
    rows = [
        result.sites.of(source, KINDS.index(o.kind), place[o.id])
        for source, o in zip(drive.sources, drive.observations, strict=True)
    ]
    (one,) = split(drive.views)
    mountings[one.views[0].device_id] += learned(reported)
    changed = replay.step(one, reported)
    site_of = {o.id: row for o, row in zip(drive.observations, rows, strict=True)}
    result.following.take(changed, site_of)
    result.baselines.take(drive, np.array(rows, int))
    result.peers.take(drive, reported, site_of)
    result.observations += len(rows)


def _reported(drive: Drive, plane: Plane) -> list[Thing]:
    if not drive.observations:
        return []
    by_frame = {view.frame_id: view for view in drive.views}
    return things(list(on_plane(drive.observations, by_frame, plane).values()))


def _trusting(replay: Replay, params: FusionParams) -> FusionParams:
    """The same parameters with what the stream has told of its contributors so far."""
    candidates = [*replay.candidates, *replay.given_up]
    known = reputation(lambda: [Claim(c.evidence, c.half_life_s) for c in candidates])
    return replace(params, trusts=known.trusts, aliases=known.alias)


def _ask(result: Outcome, at_h: float, params: FusionParams) -> None:
    truth = result.sites.truth(at_h)
    p, further = result.following.ask(at_h, params.limits.expire)
    before = result.map.squares
    result.map.add(np.append(p, further), np.append(truth, np.zeros(len(further))), len(p))
    if at_h % _PEERS_EVERY_H == 0.0:
        result.map_beside_peers += result.map.squares - before
        result.peers.ask(at_h, truth)
    for i, kind in enumerate(KINDS):
        rows = np.flatnonzero(result.sites.kind[: len(p)] == i)
        result.by_kind[kind].add(p[rows], truth[rows], len(rows))
    for i, situation in enumerate(SITUATIONS):
        rows = np.flatnonzero(result.sites.situation(at_h) == i)
        result.by_kind[situation].add(p[rows], truth[rows], len(rows))
    result.baselines.ask(at_h, truth)


def _count_duplicates(result: Outcome, apart: np.ndarray, _canyon: np.ndarray) -> None:
    """Right after `_ask`. Further hazards, and things on the map, both at least 15 m apart."""
    following = result.following
    result.duplicates += int(apart[following.site[following.further]].sum())
    result.standing += int((apart & (following.shown > 0.0)).sum())


def _apart(town: Town) -> np.ndarray:
    """Of each source, whether no other of its kind is ever within 15 m while it is there."""
    there = town.sources
    alone = np.ones(len(there.kind), bool)
    for i, j in cKDTree(there.place_m).query_pairs(_APART_M):
        together = there.born_h[i] < there.gone_h[j] and there.born_h[j] < there.gone_h[i]
        if there.kind[i] == there.kind[j] and together:
            alone[[i, j]] = False
    return alone


def _at_sites(sites: Sites, town: Town, apart: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(is a thing apart from others, is in a canyon), each (sites,)."""
    single, canyon = np.zeros(sites.count, bool), np.zeros(sites.count, bool)
    for source, row in sites.rows():
        if source < len(apart):
            single[row] = apart[source] and np.isnan(town.sources.deceives[source])
            canyon[row] = town.streets.canyon[town.sources.street[source]]
    return single, canyon
