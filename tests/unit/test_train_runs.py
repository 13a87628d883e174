"""Training: unlabelled kinds are left alone, and a killed run goes on as if it had not been."""

import copy
import dataclasses
import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detection.labelled import ANIMAL, CLASSES, DEER, LabelledPicture
from detection.manifest import SHIPPED
from detection.sources import load_sources
from detection.train.__main__ import FIRST, main
from detection.train.average import average
from detection.train.loop import Interrupted, Run, halves_are_quicker
from detection.train.network import Loss, build, save_weights
from detection.train.optimiser import LIKE_ADAMW, optimisers
from detection.train.recipe import Recipe, RecipeError, load_recipe, recipe_from
from detection.train.sampling import SampleSet

START = SHIPPED.with_name("yolo26n.pt")
RECIPE = Recipe(
    seed=3,
    start=START,
    square_px=64,
    seen_px=64,
    far_px=0,
    batch=2,
    steps=4,
    learning_rate=0.001,
    backbone_rate=0.5,
    weight_decay=0.0005,
    warmup=1,
    hold=1,
    mosaic=0.5,
    pasted=0.0,
    muon=False,
    averaged_steps=500,
    shares={"cones": 1, "street_view": 2},
).without({"street_view"})


@pytest.fixture
def samples(tmp_path: Path) -> SampleSet:
    path = tmp_path / "0.png"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    picture = LabelledPicture(
        path, "cones", "train", "0", np.array([0]), np.array([[0.5, 0.5, 0.5, 0.5]]), frozenset({0})
    )
    return SampleSet(
        [picture], {"cones": 1}, seed=3, side_px=64, seen_px=64, mosaic_share=RECIPE.mosaic
    )


@pytest.mark.parametrize("muon", [False, True])
def test_a_killed_run_ends_with_the_same_weights(
    samples: SampleSet, tmp_path: Path, *, muon: bool
) -> None:
    recipe = replace(RECIPE, muon=muon)
    whole = Run(recipe, samples, tmp_path / "whole", "cpu").train()
    with pytest.raises(Interrupted):
        Run(recipe, samples, tmp_path / "cut", "cpu").train(stop_at=2)
    assert not (tmp_path / "cut" / "road.pt").exists()  # else it would be compared as if trained
    resumed = Run(recipe, samples, tmp_path / "cut", "cpu").train()
    for left, right in zip(*map(_weights, (whole, resumed)), strict=True):
        assert torch.allclose(left, right, atol=1e-3)


def test_all_runs_of_a_process_compute_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the machine gets busy in between, so that the clock says something else."""
    chosen = halves_are_quicker(torch.device("cpu"))
    ticks = itertools.accumulate(2.0 ** (n if chosen else -n) for n in itertools.count())
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    assert halves_are_quicker(torch.device("cpu")) is chosen


def _weights(path: Path) -> list[torch.Tensor]:
    network = build(path)
    return [value.float() for value in network.state_dict().values()]


def test_a_checkpoint_goes_on_with_what_it_was_begun_with_only(
    samples: SampleSet, tmp_path: Path
) -> None:
    start = tmp_path / "start.pt"
    shutil.copyfile(START, start)
    recipe = replace(RECIPE, start=start)
    with pytest.raises(Interrupted):
        Run(recipe, samples, tmp_path, "cpu").train(stop_at=1)
    with pytest.raises(ValueError, match="another recipe"):
        Run(replace(recipe, seed=4), samples, tmp_path, "cpu")
    (picture,) = samples._of_source["cones"]
    samples._of_source["cones"] = [picture, picture]
    with pytest.raises(ValueError, match="other pictures"):
        Run(recipe, samples, tmp_path, "cpu")
    samples._of_source["cones"] = [picture]
    save_weights(build(START), start, {"other": True})
    with pytest.raises(ValueError, match="other weights at its start"):
        Run(recipe, samples, tmp_path, "cpu")


def test_unlabelled_kinds_are_not_punished_and_a_deer_is_an_animal() -> None:
    network = build(START)
    loss = Loss(network)
    network.train()
    found = network(torch.rand(1, 3, 64, 64))
    scores = found["scores"]
    scores.retain_grad()
    judged = torch.zeros(1, len(CLASSES))
    judged[0, [ANIMAL, DEER]] = 1.0
    batch = {
        "batch_idx": torch.zeros(1),
        "cls": torch.tensor([[float(DEER)]]),
        "bboxes": torch.tensor([[0.5, 0.5, 0.8, 0.8]]),
        "judged": judged,
    }
    loss(found, batch)[0].sum().backward()
    pushed = scores.grad[0].abs().sum(dim=1)
    assert {int(i) for i in pushed.nonzero()} == {ANIMAL, DEER}
    # a negative gradient raises a score: where the deer is, both rise
    raised = (scores.grad[0] < 0).any(dim=1)
    assert raised[ANIMAL]
    assert raised[DEER]


def test_muon_moves_kernels_as_far_in_weak_directions_as_in_strong_ones() -> None:
    network = torch.nn.Sequential(torch.nn.Sequential(), torch.nn.Conv2d(8, 16, 1))
    network = torch.nn.ModuleDict({"model": network})  # named as in a network of ultralytics
    kernel = network["model"][1].weight
    before = kernel.detach().clone()
    directions = [torch.linalg.qr(torch.randn(n, 8))[0] for n in (16, 8)]
    strength = torch.logspace(0, -3, 8)
    pushed = directions[0] @ torch.diag(strength) @ directions[1].T
    kernel.grad = pushed.reshape(kernel.shape).clone()
    moving = optimisers(network, replace(RECIPE, muon=True, weight_decay=0.0, backbone_rate=1.0))
    moving.step()
    moved = torch.linalg.svdvals((before - kernel.detach()).reshape(16, 8))
    assert moved[-1] > 0.3 * moved[0], "a thousand times less was asked of it"
    length = RECIPE.learning_rate * LIKE_ADAMW * 16**0.5
    assert moved.median() == pytest.approx(length, rel=0.35)


def test_the_average_lies_between_two_networks(tmp_path: Path) -> None:
    first = build(START)
    second = copy.deepcopy(first)
    with torch.no_grad():
        for parameter in second.parameters():
            parameter.add_(0.5)
    places = [tmp_path / "first.pt", tmp_path / "second.pt"]
    for network, place in zip((first, second), places, strict=True):
        save_weights(network, place, {})
    for share in (0.5, 0.25):
        average(places[0], places[1], tmp_path / "both.pt", share)
        for low, middle in zip(*map(_weights, (places[0], tmp_path / "both.pt")), strict=True):
            moved = (middle - low).abs()
            assert torch.all((moved < 1e-3) | ((moved - share / 2).abs() < 0.02))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"steps": 0}, "steps must be a whole number from 1"),
        ({"warmup": -1}, "warmup must be a whole number from 0"),
        ({"start": 5}, "start"),
        ({"square_px": 100}, "square_px"),
        ({"mosaic": 2}, "mosaic"),
        ({"muon": 1}, "muon must be true or false"),
        ({"shares": {"a": 0}}, "shares"),
        ({"epochs": 3}, "epochs"),
    ],
)
def test_a_wrong_recipe_names_its_field(change: dict[str, object], named: str) -> None:
    names = {field.name for field in dataclasses.fields(Recipe)} - {"start", "shares"}
    table = {name: getattr(RECIPE, name) for name in names}
    table |= {"start": "x.pt", "shares": {"a": 1}}
    assert recipe_from(table, "r.toml").steps == RECIPE.steps
    with pytest.raises(RecipeError, match=named):
        recipe_from(table | change, "r.toml")


def test_the_command_line_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert "has no pictures in any images/train" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_recipe_does_without_sources_but_not_without_all() -> None:
    assert RECIPE.shares == {"cones": 1}
    with pytest.raises(RecipeError, match="no source would be left"):
        RECIPE.without({"cones"})


ROUNDS = sorted(FIRST.parent.glob("round_*.toml"))


@pytest.mark.parametrize("path", ROUNDS, ids=lambda path: path.stem)
def test_every_source_that_is_trained_on_is_described(path: Path) -> None:
    described = {source.name for source in load_sources()}
    assert load_recipe(path).shares.keys() - described == {"drawn"}


def test_the_rounds_follow_each_other() -> None:
    starts = {path.stem: str(load_recipe(path).start) for path in ROUNDS}
    assert starts == {
        "round_one": "detection/weights/yolo26n.pt",
        "round_two": "var/train/round_one/road.pt",
        "round_three": "var/train/middle.pt",
        "round_four": "var/train/three.pt",
        "round_five": "var/train/round_four/road.pt",
        "round_six": "var/train/five.pt",
        "round_seven": "var/train/six.pt",
    }
