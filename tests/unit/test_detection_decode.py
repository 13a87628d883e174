"""Hostile pictures are decoded outside this process; whatever they do, the next one works."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from detection import decode, decode_child
from detection.decode import Decoded, Decoder, NotStarted, Reason, Rejection


def _picture(width: int = 96, height: int = 64) -> Image.Image:
    """Smooth, with four different corners, so that every turn shows."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([x, y, 255 - (x + y) / 2], axis=2).astype(np.uint8))


def _bytes(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _reason(result: Decoded | Rejection) -> Reason:
    assert isinstance(result, Rejection)
    return result.reason


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {"quality": 95}), ("PNG", {}), ("WEBP", {"lossless": True})],
)
def test_decodes_what_it_accepts(decoder, kind, options):
    result = decoder.decode(_bytes(_picture(), kind, **options))

    assert isinstance(result, Decoded)
    assert result.rgb.dtype == np.uint8
    difference = np.abs(result.rgb.astype(int) - np.asarray(_picture(), int))
    assert difference.max() <= (12 if kind == "JPEG" else 0)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "LA"])
def test_every_colour_mode_becomes_rgb(decoder, mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    result = decoder.decode(_bytes(_picture().convert(mode), kind))

    assert isinstance(result, Decoded)
    assert result.rgb.shape == (64, 96, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_come_out_upright(decoder, orientation):
    exif = Image.Exif()
    exif[decode_child.ORIENTATION_TAG] = orientation
    data = _bytes(_picture(), quality=95, exif=exif)

    result = decoder.decode(data)

    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert isinstance(result, Decoded)
    assert np.array_equal(result.rgb, np.asarray(upright))


def test_large_pictures_are_scaled_down(decoder):
    result = decoder.decode(_bytes(_picture(4000, 2250)))

    assert isinstance(result, Decoded)
    assert result.rgb.shape == (1080, 1920, 3)
    small = np.asarray(_picture(1920, 1080), int)
    assert np.abs(result.rgb.astype(int) - small).mean() < 3


def test_a_cut_file_is_truncated(decoder):
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    for kind in ("JPEG", "PNG", "WEBP"):
        data = _bytes(Image.fromarray(noise), kind)
        result = decoder.decode(data[: len(data) // 2])
        assert _reason(result) in (Reason.TRUNCATED, Reason.NOT_AN_IMAGE), kind
    jpeg = _bytes(Image.fromarray(noise))
    assert _reason(decoder.decode(jpeg[: len(jpeg) // 2])) is Reason.TRUNCATED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xd8\xff",
        _bytes(_picture(), "GIF"),
        _bytes(_picture(), "BMP"),
        _bytes(_picture(), "TIFF"),
        _bytes(_picture(), "ICO"),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_other_formats_are_no_images(decoder, data):
    assert _reason(decoder.decode(data)) is Reason.NOT_AN_IMAGE


def test_a_bomb_is_refused_by_its_dimensions(decoder):
    bomb = _bytes(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000

    result = decoder.decode(bomb)

    assert _reason(result) is Reason.TOO_MANY_PIXELS
    assert "20000 x 20000" in result.detail


@pytest.mark.parametrize("size", [(16, 16), (4000, 40)])
def test_a_picture_too_small_for_a_road_is_refused(decoder, size):
    result = decoder.decode(_bytes(Image.new("RGB", size)))

    assert _reason(result) is Reason.NOT_AN_IMAGE
    assert "too small" in result.detail


def test_fifty_megapixels_fit_into_the_memory_limit(decoder):
    result = decoder.decode(_bytes(Image.new("RGBA", (8000, 6250), (200, 10, 20, 128)), "PNG"))

    assert isinstance(result, Decoded)
    assert result.rgb.shape == (1500, 1920, 3)


def test_broken_exif_does_not_matter(decoder):
    data = _bytes(_picture(), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7fgarbage")

    assert isinstance(decoder.decode(data), Decoded)


def test_a_slow_picture_is_given_up_and_the_next_one_works(tmp_path, monkeypatch):
    stuck = tmp_path / "stuck.py"
    stuck.write_text("import time; print(end='+', flush=True); time.sleep(60)")
    with Decoder(timeout_s=1.0) as decoder:
        with monkeypatch.context() as patch:
            patch.setattr(decode, "PROGRAM", stuck)
            assert _reason(decoder.decode(b"x" * 1_000_000)) is Reason.DECODE_TIMEOUT
        assert isinstance(decoder.decode(_bytes(_picture())), Decoded)


@pytest.mark.parametrize(
    "answer",
    [
        "",  # dies
        "print('no', flush=True)",  # stops in the middle of its answer
        "write(REPLY.pack(0, 10**9, 10**9))",  # claims a picture of any size
        "write(REPLY.pack(0, 64, 64) + b'x' * 100)",  # sends less than it said
        "write(REPLY.pack(77, 0, 0))",  # a code that it does not have
    ],
)
def test_a_child_that_dies_or_lies_costs_one_picture(tmp_path, monkeypatch, answer):
    liar = tmp_path / "liar.py"
    liar.write_text(
        "import struct, sys\n"
        "REPLY = struct.Struct('!B2I')\n"
        "def write(data): sys.stdout.buffer.write(data)\n"
        "write(b'+')\n"
        "sys.stdout.flush()\n"
        f"sys.stdin.buffer.read(10)\n{answer}\n"
    )
    with Decoder() as decoder:
        with monkeypatch.context() as patch:
            patch.setattr(decode, "PROGRAM", liar)
            assert _reason(decoder.decode(b"x" * 100)) is Reason.DECODER_CRASHED
        assert isinstance(decoder.decode(_bytes(_picture())), Decoded)


@pytest.mark.parametrize("program", ["raise MemoryError", "import time; time.sleep(60)"])
def test_a_child_that_cannot_begin_is_no_pictures_fault(tmp_path, monkeypatch, program):
    """Else every frame that waits would be rejected while memory is short."""
    early = tmp_path / "early.py"
    early.write_text(program)
    with Decoder() as decoder:
        with monkeypatch.context() as patch:
            patch.setattr(decode, "PROGRAM", early)
            patch.setattr(decode, "BEGINS_WITHIN_S", 1.0)
            with pytest.raises(NotStarted, match="before it has one"):
                decoder.decode(_bytes(_picture()))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", str(tmp_path / "nothing"))
            with pytest.raises(NotStarted, match="No such file"):
                decoder.decode(_bytes(_picture()))
        assert isinstance(decoder.decode(_bytes(_picture())), Decoded)


def test_a_killed_child_is_replaced():
    with Decoder() as decoder:
        decoder.decode(_bytes(_picture()))
        assert decoder._process is not None
        os.kill(decoder._process.pid, signal.SIGKILL)
        decoder._process.wait()
        assert isinstance(decoder.decode(_bytes(_picture())), Decoded)


def test_closing_ends_the_child():
    decoder = Decoder()
    decoder.decode(_bytes(_picture()))
    process = decoder._process
    assert process is not None
    decoder.close()
    assert process.returncode is not None


def test_the_confined_process_has_no_rights_left():
    program = """
import os, socket
from detection.decode_child import confine
confine()
def attempt(name, what):
    try:
        what()
    except OSError:
        print(name, "refused")
attempt("open", lambda: open("/etc/hostname"))
attempt("write", lambda: open("/tmp/detection-was-here", "w"))
attempt("socket", socket.socket)
attempt("fork", os.fork)
try:
    bytearray(3 << 30)
except MemoryError:
    print("memory refused")
print("root" if os.getuid() == 0 else "not root")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(decode.__file__).parent.parent,
    )
    assert done.stdout.splitlines() == [
        "open refused",
        "write refused",
        "socket refused",
        "fork refused",
        "memory refused",
        "not root",
    ]
