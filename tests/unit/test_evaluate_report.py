"""What an evaluation leaves behind: the table for fusion, the card, and clear refusals."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import detection
from detection.evaluate import records
from detection.evaluate.__main__ import main
from detection.evaluate.claims import Claim, claim
from detection.evaluate.dark import Found
from detection.evaluate.drive import Drive, Pass, Sighting
from detection.evaluate.drive import figures as drive_figures
from detection.evaluate.measure import measure, sample
from detection.evaluate.recall_table import recall_table
from detection.labelled import ALL, CLASSES
from hazardmap.core.seeing.recall import recall_at, table_from_json
from tests.bench import accuracy
from tests.evaluated import crowd

NOTHING = Found(*np.zeros((2, len(CLASSES)), np.intp))
WEIGHTS = Path(detection.__file__).parent / "weights" / "yolo26n.pt"


def sightings(seed: int) -> tuple[Sighting, ...]:
    """Cones that are found in nine of ten frames up to 30 m and in three of ten beyond."""
    rng = np.random.default_rng(seed)
    result = []
    for number in range(60):
        for distance_m in (55.0, 40.0, 25.0, 15.0):
            hidden = number % 3 == 0
            chance = (0.9 if distance_m < 30 else 0.3) * (0.2 if hidden else 1.0)
            score = 0.99 if rng.random() < chance else 0.0
            visible = 0.4 if hidden else 1.0
            result.append(Sighting(f"{number}", "cone", distance_m, visible, 40.0, score))
    return tuple(result)


def test_fusion_accepts_the_recall_table() -> None:
    pictures, answers = crowd(6, 100)
    figures = measure(sample(pictures, answers), ALL)
    drive = Drive(240, 1000.0, sightings(1), ())
    older = {
        "kinds": {"cow": {"upto_m": [50], "by_bin": [0.5]}},
        "default": {"upto_m": [200], "by_bin": [0.02]},
    }
    table = table_from_json(
        json.loads(json.dumps(recall_table("road-1", figures, drive, NOTHING, older)))
    )
    assert (table.version, table.measured, table.dark_factor) == ("road-1", True, 1.0)
    near, far, beyond = recall_at(table, "cone", np.array([25.0, 55.0, 70.0]))
    assert near == pytest.approx(0.9, abs=0.1)
    assert far == pytest.approx(0.3, abs=0.15)
    assert beyond == 0.0
    assert table.occluded_factor == pytest.approx(0.2, abs=0.15)
    assert table.pass_correlation < 0.2, "the frames were drawn independently"
    assert "cow" in table.kinds
    assert "drum" in table.kinds, "from the heights of its boxes"
    mean_true, mean_false = (a / (a + b) for a, b in (table.score_true, table.score_false))
    assert mean_true > mean_false


def test_a_deer_is_seen_as_often_as_an_animal() -> None:
    figures = measure(sample(*crowd(6, 60)), ALL)
    animals = tuple(replace(each, kind="animal") for each in sightings(1))
    table = recall_table("road-1", figures, Drive(240, 1000.0, animals, ()), NOTHING, None)
    assert table["kinds"]["deer"] == table["kinds"]["animal"]


def test_darkness_and_traffic_leave_of_each_kind_what_is_measured_of_it() -> None:
    figures = measure(sample(*crowd(6, 60)), ALL)
    by_day = np.zeros(len(CLASSES), np.intp)
    at_night = by_day.copy()
    for kind, day, night in (("cone", 200, 180), ("animal", 200, 60), ("debris", 1, 0)):
        by_day[CLASSES.index(kind)], at_night[CLASSES.index(kind)] = day, night
    drive = Drive(240, 1000.0, sightings(1), ())
    table = recall_table("road-1", figures, drive, Found(by_day, at_night), None)
    read = table_from_json(json.loads(json.dumps(table)))
    assert read.dark_factor == pytest.approx(240 / 401, abs=1e-3)
    assert read.in_the_dark("cone") == pytest.approx(0.9, abs=0.02)
    assert read.in_the_dark("animal") == pytest.approx(0.3, abs=0.02)
    assert read.in_the_dark("cow") == read.in_the_dark("animal"), "a cow is seen as an animal is"
    assert read.in_the_dark("debris") == pytest.approx(read.dark_factor, abs=0.1), "one case"
    assert read.in_the_dark("barrier") == read.dark_factor, "no case"
    assert read.behind_traffic("cone") == pytest.approx(0.2, abs=0.1)
    assert "barrier" not in read.occluded_factors


def test_repeated_frames_correlate() -> None:
    figures = measure(sample(*crowd(6, 60)), ALL)
    rng = np.random.default_rng(3)
    twins = tuple(
        Sighting(f"{number}", "cone", 20.0 + i, 1.0, 40.0, score)
        for number in range(80)
        for score in [0.99 * (rng.random() < 0.5)]
        for i in range(4)
    )
    table = recall_table("road-1", figures, Drive(320, 1000.0, twins, ()), NOTHING, None)
    assert table["pass_correlation"] > 0.8


def test_false_passes_of_drives_are_false_alarms() -> None:
    figures = measure(sample(*crowd(6, 60)), ALL)

    def alarm(false: tuple[Pass, ...]) -> float:
        drive = Drive(240, 1000.0, sightings(1), false)
        table = recall_table("road-1", figures, drive, NOTHING, None)
        assert table["false_alarm_per_pass"] == pytest.approx(
            sum(table["false_alarms"].values()) / len(table["false_alarms"]), abs=1e-6
        )
        return float(table["false_alarms"]["cone"])

    false = Pass("cone", 0.99, 1, true=False)
    quiet = alarm(())
    assert alarm((false,) * 40) > 20 * quiet
    assert alarm((replace(false, kind="barrier"),) * 40) == quiet
    assert alarm((replace(false, best=0.001), replace(false, true=True))) == quiet


@pytest.mark.parametrize(
    ("real", "drawn", "said"),
    [
        (0.31, None, Claim.CLAIMED),
        (0.29, None, Claim.NOT),
        (0.29, 0.91, Claim.DRAWN_ONLY),
        (None, 0.89, Claim.NOT),
    ],
)
def test_what_is_claimed(real: float | None, drawn: float | None, said: Claim) -> None:
    assert claim(real, drawn) is said


def test_the_benchmark_keeps_what_others_wrote(tmp_path: Path) -> None:
    other = {"measure": "frames_per_s_core", "value": 9.0, "unit": "1/s", "note": ""}
    (tmp_path / "detector.json").write_text(json.dumps([other]))
    (tmp_path / "detector.md").write_text("# The detector\n\nFast.\n")
    figures = measure(sample(*crowd(6)), ALL)
    drive = drive_figures(Drive(240, 1000.0, sightings(1), ()), records.thresholds(figures), ALL)
    report = records.report_json(figures, drive, {"command": "make evaluate"})
    records.write_json(tmp_path / "report.json", report)
    for _ in range(2):
        accuracy.write(json.loads((tmp_path / "report.json").read_text()), tmp_path)
    measures = [row["measure"] for row in json.loads((tmp_path / "detector.json").read_text())]
    assert len(set(measures)) == len(measures)
    wanted = {"frames_per_s_core", "ap50_cone", "ece_after", "drive_detector_recall_40m"}
    assert wanted <= set(measures)
    page = (tmp_path / "detector.md").read_text()
    assert page.startswith("# The detector\n\nFast.\n")
    assert page.count("make evaluate") == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("val: nowhere\nnames: [cone]", "nowhere"),
        ("val: .\nnames: [cone]", "no pictures"),
        ("names: 7", "`names` must be"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: str, said: str
) -> None:
    path = tmp_path / "data.yaml"
    path.write_text(data)
    assert main(["--data", str(path), "--weights", "missing.pt", "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert len(message.splitlines()) == 1
    assert re.search(said, message)
    assert not (tmp_path / "report.json").exists()


def test_weights_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "a.jpg")
    (tmp_path / "data.yaml").write_text("val: .\nnames: [cone]")
    code = main(["--data", str(tmp_path / "data.yaml"), "--weights", "missing.pt"])
    assert (code, capsys.readouterr().err) == (
        2,
        "detection.evaluate: there are no weights missing.pt\n",
    )


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.skipif(not WEIGHTS.exists(), reason="the model weights are not fetched")
def test_real_weights_on_real_pictures(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight pictures of COCO, by a network that has seen COCO; a second run asks no network."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data.yaml"
    names = "cone drum_barrel barrier roadwork_sign construction_vehicle worker pothole debris"
    data.write_text(
        f"val: {shared / 'coco_subset/images/val'}\nnames: [{', '.join(names.split())}, animal]"
    )
    call = ["--data", str(data), "--weights", str(WEIGHTS), "--out", str(tmp_path / "out")]
    assert main(call) == 0
    report = json.loads((tmp_path / "out/report.json").read_text())
    [real, _] = report["kinds"]
    assert (real["kind"], real["source"], real["boxes"]) == ("animal", "real", 13)
    assert real["ap50"]["value"] > 0.7
    card = (tmp_path / "out/model-card.md").read_text()
    assert "| cone | **not claimed** |" in card
    for plot in ("precision-recall", "recall-by-height", "confusion"):
        assert f"model-card/{plot}.png" in card
        assert (tmp_path / f"out/model-card/{plot}.png").stat().st_size > 1000
    assert report["thresholds"]["animal"] > 0
    monkeypatch.setattr("detection.evaluate.predictions._predict", None)
    with monkeypatch.context() as broken_off:  # beside new tables an old report would mislead
        broken_off.setattr("detection.evaluate.__main__._plots", _killed)
        with pytest.raises(KeyboardInterrupt):
            main(call)
    assert not (tmp_path / "out/report.json").exists()
    assert main(call) == 0
    assert json.loads((tmp_path / "out/report.json").read_text()) == report
    # Whoever asks for a split has it measured, also where its file calls it "train".
    data.write_text(data.read_text().replace("val:", "train:"))
    assert main([*call, "--split", "train"]) == 0
    [real, _] = json.loads((tmp_path / "out/report.json").read_text())["kinds"]
    assert (real["source"], real["boxes"]) == ("real", 13)
