"""Laws of the detection library's pure parts, and of the decoder under random damage."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from detection.boxes import strongest
from detection.decode import Decoded, Rejection
from detection.fingerprint import difference_hash
from detection.privacy import Private, Region, blur
from detection.quality import judge

shares = st.floats(0, 1, width=32)


@st.composite
def boxes(draw):
    """Up to 20 boxes that often overlap, n x 5."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 40),
                st.integers(0, 40),
                st.integers(1, 30),
                st.integers(1, 30),
                shares,
            ),
            max_size=20,
        )
    )
    table = [[x, y, x + width, y + height, score] for x, y, width, height, score in rows]
    return np.array(table, np.float32).reshape(-1, 5)


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union by counting whole pixels."""
    canvas = np.zeros((2, 80, 80), bool)
    for layer, box in zip(canvas, (a, b), strict=True):
        left, top, right, bottom = box[:4].astype(int)
        layer[top:bottom, left:right] = True
    return float((canvas[0] & canvas[1]).sum() / (canvas[0] | canvas[1]).sum())


@settings(deadline=None)
@given(boxes(), st.sampled_from([0.1, 0.3, 0.5, 0.7]))
def test_of_each_pile_the_best_box_remains(table, limit):
    kept = strongest(table, limit).tolist()

    assert (len(kept) == 0) == (len(table) == 0)
    assert sorted(table[kept, 4], reverse=True) == table[kept, 4].tolist()
    for i, one in enumerate(kept):
        for other in kept[:i]:
            assert _overlap(table[one], table[other]) <= limit + 1e-6
    for gone in set(range(len(table))) - set(kept):
        better = [k for k in kept if table[k, 4] >= table[gone, 4]]
        assert max(_overlap(table[gone], table[k]) for k in better) > limit - 1e-6


@settings(deadline=None)
@given(st.tuples(shares, shares), st.tuples(shares, shares), st.integers(32, 90), st.just(64))
def test_blur_touches_its_region_and_nothing_else(across, down, width, height):
    rgb = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    region = Region(Private.FACE, min(across), min(down), max(across), max(down))

    changed = (np.asarray(blur(rgb, [region])) != rgb).any(axis=2)

    rows, columns = np.nonzero(changed)
    if rows.size:
        assert region.top * height - 1 < rows.min()
        assert rows.max() < region.bottom * height
        assert region.left * width - 1 < columns.min()
        assert columns.max() < region.right * width
    inside = changed[
        int(np.floor(region.top * height)) : int(np.ceil(region.bottom * height)),
        int(np.floor(region.left * width)) : int(np.ceil(region.right * width)),
    ]
    if min(inside.shape) >= 8:  # random pixels: a few stay the same by chance
        assert inside.mean() > 0.8
        for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
            assert edge.mean() > 0.5, "pixels of which a part is inside are blurred too"


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-12, 12))
def test_pictures_that_look_alike_have_close_hashes(seed, brighter):
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(40, 215, (8, 9), np.uint8)).convert("RGB")
    rgb = np.asarray(coarse.resize((288, 256), Image.Resampling.BICUBIC))
    stream = io.BytesIO()
    Image.fromarray((rgb.astype(int) + brighter).clip(0, 255).astype(np.uint8)).resize(
        (200, 160)
    ).save(stream, "JPEG", quality=70)

    one, other = difference_hash(rgb), difference_hash(np.asarray(Image.open(stream)))

    assert 0 <= one < 2**64
    assert (one ^ other).bit_count() <= 6
    mirrored = difference_hash(np.ascontiguousarray(rgb[:, ::-1]))
    assert (one ^ mirrored).bit_count() >= 10


@settings(deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(32, 64), st.integers(32, 64))
def test_every_picture_gets_a_judgement(low, high, width, height):
    random = np.random.default_rng(low * 256 + high)
    values = random.integers(min(low, high), max(low, high) + 1, (height, width, 3))

    quality = judge(values.astype(np.uint8))

    assert quality.usable == (quality.reason is None)


def _originals() -> list[bytes]:
    x, y = np.meshgrid(np.arange(96), np.arange(64))
    image = Image.fromarray(np.stack([x * 2, y * 3, x + y], axis=2).astype(np.uint8))
    found = []
    for kind in ("JPEG", "PNG", "WEBP"):
        stream = io.BytesIO()
        image.save(stream, kind)
        found.append(stream.getvalue())
    return found


ORIGINALS = _originals()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(ORIGINALS),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    st.integers(0, 10_000),
)
def test_damaged_pictures_are_answered_and_the_decoder_goes_on(decoder, data, changes, cut):
    damaged = bytearray(data)
    for place, value in changes:
        damaged[place % len(damaged)] = value

    answer = decoder.decode(bytes(damaged[: max(1, cut % (len(damaged) * 2))]))

    assert isinstance(answer, Decoded | Rejection)
    if isinstance(answer, Decoded):
        assert answer.rgb.ndim == 3
        assert max(answer.rgb.shape) <= 1920
    assert isinstance(decoder.decode(data), Decoded)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_random_bytes_are_no_image(decoder, data):
    assert isinstance(decoder.decode(data), Rejection)
