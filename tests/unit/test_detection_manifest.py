"""Manifests say which models run; what does not fit together is refused with a reason."""

import hashlib
import json
from pathlib import Path

import pytest

from detection.manifest import SHIPPED, ManifestError, Role, load_manifest
from detection.merge import ANIMAL, NOT_CONTEXT, SPECIES
from hazardmap.core.kinds import FAMILY, KINDS
from hazardmap.core.seeing.recall import table_from_json
from tests.made_up_manifest import MODEL, manifest_of
from tests.shipped_models import needs_weights


def _change(manifest: Path, old: str, new: str) -> None:
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new, 1))


@pytest.fixture
def manifest(tmp_path):
    return manifest_of(tmp_path / "weights", list(Role))


@needs_weights
def test_the_shipped_manifest_and_its_recall_table_fit_the_map():
    shipped = load_manifest(SHIPPED)

    coco = shipped.hazards.models[0]
    assert len(coco.classes) == 80
    assert set(shipped.hazards.kinds.values()) <= KINDS.keys()
    assert SPECIES | {ANIMAL} | NOT_CONTEXT.keys() <= KINDS.keys()
    assert coco.label == "yolo26n-coco-1-9b09cc8b"
    assert "person" in coco.context

    table = table_from_json(json.loads(shipped.recall.read_text()))
    assert table.version == shipped.hazards.version
    assert {FAMILY[kind] for kind in table.kinds} >= table.false_alarms.keys() != set()
    for recall in (*table.kinds.values(), table.default):
        assert len(recall.upto_m) == len(recall.by_bin)
        assert list(recall.upto_m) == sorted(set(recall.upto_m))
        assert all(0 < share < 1 for share in recall.by_bin)


def test_a_manifest_is_read_into_models(manifest):
    loaded = load_manifest(manifest)

    [hazards] = loaded.hazards.models
    assert hazards.kinds == {"kine": "cow"}
    assert hazards.context == {"car"}
    assert hazards.path == manifest.parent / "hazards.pt"
    assert (hazards.precision, hazards.far_crop, hazards.mirrored) == ("float32", None, False)
    digest = hashlib.sha256(b"weights of hazards").hexdigest()
    assert loaded.hazards.label == f"hazards-net-2-{digest[:8]}"
    assert loaded.recall == manifest.parent / "recall.json"


def test_an_own_hazard_model_replaces_the_shipped_one_only(manifest, tmp_path):
    own = manifest_of(tmp_path / "own", ["hazards"])

    loaded = load_manifest(manifest, own)

    assert loaded.hazards.models[0].path == tmp_path / "own/hazards.pt"
    assert loaded.recall == tmp_path / "own/recall.json"
    assert loaded.faces.path == manifest.parent / "faces.pt"


def test_missing_weights_say_what_helps(manifest):
    (manifest.parent / "plates.pt").unlink()
    with pytest.raises(ManifestError, match=r"plates\.pt are missing: put it there"):
        load_manifest(manifest)

    source = 'package = "p"\nversion = "1"\nmember = "m"\n'
    text = manifest.read_text().replace('licence = "MIT"\n', f'licence = "MIT"\n{source}')
    manifest.write_text(text)
    with pytest.raises(ManifestError, match=r'plates\.pt are missing: run "make up"'):
        load_manifest(manifest)


def test_other_weights_than_pinned_are_refused(manifest):
    (manifest.parent / "hazards.pt").write_bytes(b"weights of hazardz")

    with pytest.raises(ManifestError, match=r"hazards\.pt are not the ones"):
        load_manifest(manifest)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('role = "faces"', 'role = "plates"', "two models for plates"),
        ('role = "faces"', 'role = "ears"', "ears"),
        ('path = "faces.pt"\nthreshold', 'path = "noses.pt"\nthreshold', "noses.pt"),
        ("threshold = 0.3", "threshold = 30", "threshold"),
        ("threshold = 0.3\n", "", "threshold"),
        ("long_side_px = 640", "long_side_px = 650", "multiple of 32"),
        ("threshold = 0.3", "threshold = 0.3\nthresholds = { cat = 0.4 }", "no kind cat"),
        ("threshold = 0.3", "threshold = 0.3\nthresholds = { cow = 4 }", "of cow must lie"),
        ("threshold = 0.3", 'threshold = 0.3\nthresholds = { cow = "high" }', "cow = 'high'"),
        ("threshold = 0.3", "threshold = 0.3\nthresholds = 0.3", "thresholds = 0.3"),
        ('recall = "recall.json"', "recall = 3", "recall table"),
        ("threshold = 0.3", 'threshold = 0.3\nprecision = "int2"', "int2"),
        (
            "threshold = 0.3",
            "threshold = 0.3\nfar_crop = { part = [0.6, 0.3, 0.4, 0.7], from_px = 700 }",
            "FarCrop",
        ),
        ("threshold = 0.3", 'threshold = 0.3\nmirrored = "no"', "mirrored = 'no'"),
        ('kine = "cow"', 'calf = "cow"', "no class calf"),
        ('context = ["car"]', 'context = ["kine"]', "both hazard and context"),
        ('recall = "recall.json"\n', "", "needs recall"),
        ('version = "2"', 'version = "3"', "not the recall table"),
        ("recall.json", "elsewhere.json", "cannot read the recall table"),
    ],
)
def test_contradictions_are_refused_with_a_reason(manifest, old, new, says):
    _change(manifest, old, new)

    with pytest.raises(ManifestError, match=says):
        load_manifest(manifest)


def test_8_bits_need_the_ranges_of_these_very_weights(manifest):
    _change(manifest, "threshold = 0.3", 'threshold = 0.3\nprecision = "int8"\nexact = ["/a/"]')
    ranges = manifest.with_name("ranges.json")
    digest = hashlib.sha256(b"weights of hazards").hexdigest()

    for weights, coarsest in (("others", "bfloat16"), (digest, "int8")):
        ranges.write_text(json.dumps({weights: {"/b/": [-1, 2]}}))
        [model] = load_manifest(manifest).hazards.models
        assert (model.precision, model.coarsest) == ("int8", coarsest)
        assert model.eight_bits.exact == ("/a/",)
    assert model.eight_bits.ranges == {"/b/": (-1.0, 2.0)}

    for broken in ("[]", '{"a": {"b": 1}}', "{", '{"a": {"b": ["low", "high"]}}'):
        ranges.write_text(broken)
        with pytest.raises(ManifestError, match="cannot read the ranges"):
            load_manifest(manifest)


def test_several_models_may_look_for_hazards(manifest):
    """A second network, with thresholds of its own kinds, under one recall table."""
    text = manifest.read_text()
    road = MODEL.format(role="hazards").replace('recall = "recall.json"\n', "")
    road = road.replace("hazards-net", "road").replace(
        "kinds =", "thresholds = {{ cow = 0.1 }}\nkinds ="
    )
    road = road.replace("{{", "{").replace("}}", "}")
    manifest.write_text(text + road)
    recall = manifest.parent / "recall.json"
    with pytest.raises(ManifestError, match=r'not the recall table of "hazards-net-2\+road-2"'):
        load_manifest(manifest)
    recall.write_text(json.dumps({"version": "hazards-net-2+road-2"}))

    hazards = load_manifest(manifest).hazards

    assert [model.name for model in hazards.models] == ["hazards-net", "road"]
    digest = hazards.models[0].sha256
    assert hazards.label == f"hazards-net-2-{digest[:8]}+road-2-{digest[:8]}"
    assert hazards.sha256 != digest
    assert set(hazards.kinds.values()) == {"cow"}
    assert hazards.models[1].threshold_of("kine") == hazards.models[1].least_threshold == 0.1
    manifest.write_text(text + road.replace('"road"', '"hazards-net"'))
    with pytest.raises(ManifestError, match="two models with the name hazards-net"):
        load_manifest(manifest)


def test_a_manifest_without_a_role_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="no model for faces, plates"):
        load_manifest(manifest_of(tmp_path, ["hazards"]))
