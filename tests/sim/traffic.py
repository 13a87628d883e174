"""Who drives where and when: vehicles with their cameras, accounts, and the plan of all passes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.sim.scenario import Scenario
from tests.sim.world import Floats, Ints, Streets

_SPEED_MPS = 12.0
_REST_H = 0.05  # a vehicle that arrives starts its next pass no sooner
_COLLUDING = 5


@dataclass(frozen=True)
class Fleet:
    """Vehicles: account (n,), true camera, and whether the phone knows its heading.

    liar: by account, 0 honest, -1 lies alone, k > 0 member of colluding group k.
    """

    account: Ints
    height_m: Floats
    hfov_deg: Floats
    pitch_deg: Floats
    yaw_deg: Floats
    knows_heading: NDArray[np.bool_]
    liar: Ints


@dataclass(frozen=True)
class Plan:
    """All passes in order of their end, arrays of shape (n,). Hours since the start.

    forward: along the street's direction. twice: sent a second time.
    """

    street: Ints
    forward: NDArray[np.bool_]
    start_h: Floats
    end_h: Floats
    arrives_h: Floats
    speed_mps: Floats
    vehicle: Ints
    dark: NDArray[np.bool_]
    twice: NDArray[np.bool_]


def fleet(scenario: Scenario, rng: np.random.Generator) -> Fleet:
    """Draw the vehicles. The first ones belong to one account each, the rest to any."""
    camera, traffic = scenario["camera"], scenario["traffic"]
    size, accounts = traffic["vehicles"], traffic["accounts"]
    owners = np.concatenate((np.arange(accounts), rng.integers(0, accounts, size - accounts)))
    liar = np.zeros(accounts, int)
    liars = rng.permutation(accounts)[: round(scenario["people"]["liars"] * accounts)]
    liar[liars] = -1
    for i, account in enumerate(liars[: len(liars) // 2]):
        liar[account] = 1 + i // _COLLUDING
    return Fleet(
        account=owners,
        height_m=_between(camera["height_m"], size, rng),
        hfov_deg=_between(camera["hfov_deg"], size, rng),
        pitch_deg=rng.normal(0.0, camera["pitch_bias_sigma_deg"], size),
        yaw_deg=rng.normal(0.0, camera["yaw_bias_sigma_deg"], size),
        knows_heading=rng.random(size) >= scenario["gnss"]["phone_without_heading_share"],
        liar=liar,
    )


def _between(ends: list[float], size: int, rng: np.random.Generator) -> Floats:
    return rng.uniform(float(ends[0]), float(ends[1]), size)


def plan(scenario: Scenario, town: Streets, days: float, rng: np.random.Generator) -> Plan:
    """Draw every pass: Poisson around each street's own rate, at any time of the day."""
    rate = scenario["traffic"]["passes_per_street_day"]
    per_day = rate["median"] * np.exp(rng.normal(0.0, rate["sigma"], len(town.length_m)))
    per_day = per_day * np.where(town.highway, 3.0, 1.0)
    counts = rng.poisson(per_day * days)
    street = np.repeat(np.arange(len(counts)), counts)
    start_h = rng.uniform(0.0, days * 24.0, len(street))
    speed = np.where(town.highway[street], 2.0, 1.0) * _SPEED_MPS
    end_h = start_h + town.length_m[street] / speed / 3600.0
    order = np.argsort(end_h, kind="stable")
    street, start_h, end_h, speed = street[order], start_h[order], end_h[order], speed[order]
    people, count = scenario["people"], len(street)
    late = rng.random(count) < people["late_upload_share"]
    delay_h = np.where(late, np.exp(rng.normal(np.log(12.0), 1.2, count)), 0.02)
    return Plan(
        street=street,
        forward=rng.random(count) < 0.5,
        start_h=start_h,
        end_h=end_h,
        arrives_h=end_h + delay_h,
        speed_mps=speed,
        vehicle=_drivers(start_h, end_h, scenario["traffic"]["vehicles"], rng),
        dark=rng.random(count) < scenario["detector"]["dark_share"],
        twice=rng.random(count) < people["duplicate_share"],
    )


def _drivers(start_h: Floats, end_h: Floats, vehicles: int, rng: np.random.Generator) -> Ints:
    """A vehicle for each pass that is not driving elsewhere at the time."""
    busy: list[list[tuple[float, float]]] = [[] for _ in range(vehicles)]
    chosen = np.empty(len(start_h), int)
    for i in range(len(start_h)):
        while True:
            vehicle = int(rng.integers(vehicles))
            recent = busy[vehicle][-3:]
            if all(start_h[i] > b + _REST_H or end_h[i] < a - _REST_H for a, b in recent):
                break
        busy[vehicle].append((start_h[i], end_h[i]))
        chosen[i] = vehicle
    return chosen
