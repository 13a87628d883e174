"""Run the detector over pictures from the command line; one line of JSON for each."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from detection.decode import Rejection
from detection.engine import Engine, FrameResult
from detection.manifest import SHIPPED, ManifestError, load_manifest

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every picture was used, 1 when some were rejected, 2 when the run broke off."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.threads < 1:
        parser.error("--threads must be at least 1")
    try:
        return _run(given)
    except (ManifestError, OSError) as error:
        sys.stderr.write(f"detection: {error}\n")
        return 2


def _run(given: argparse.Namespace) -> int:
    pictures = list(_pictures(given.paths))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        _check_copies(pictures, given.out)
    manifest = load_manifest(given.manifest, given.own_hazards)
    rejected = 0
    with Engine(manifest, given.device, given.threads) as engine:
        for path in pictures:
            [result] = engine.process([path.read_bytes()])
            rejected += isinstance(result, Rejection)
            sys.stdout.write(json.dumps(_line(path, result)) + "\n")
            sys.stdout.flush()
            if given.out is not None and isinstance(result, FrameResult):
                _copy_of(path, given.out).write_bytes(result.blurred_jpeg)
    return 1 if rejected else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m detection",
        description="Find hazards in pictures; prints one line of JSON for each.",
        epilog="example: python -m detection frames/ --out blurred/ | grep cow",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="picture or folder")
    parser.add_argument("--out", type=Path, help="folder for the blurred copies")
    parser.add_argument("--manifest", type=Path, default=SHIPPED, help="which models to run")
    parser.add_argument(
        "--own-hazards", type=Path, help="second manifest with a hazard model of your own"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 … (default: auto)")
    parser.add_argument("--threads", type=int, default=1, help="for the models (default: 1)")
    return parser


def _pictures(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and the pictures in the folders named. Raises OSError where none is."""
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
            if not inside:
                raise FileNotFoundError(f"no JPEG, PNG or WebP in {path}")
            yield from inside
        elif path.is_file():
            yield path
        else:
            raise FileNotFoundError(f"there is no {path}")


def _copy_of(path: Path, out: Path) -> Path:
    return out / f"{path.stem}.jpg"


def _check_copies(pictures: Sequence[Path], out: Path) -> None:
    """Raises OSError where a copy would replace a picture, or that of another one."""
    originals = {path.resolve() for path in pictures}
    made: dict[Path, Path] = {}
    for path in pictures:
        copy = _copy_of(path, out)
        if copy.resolve() in originals:
            raise FileExistsError(f"--out {out}: the copy of {path} would replace {copy}")
        if copy in made:
            raise FileExistsError(f"--out {out}: {made[copy]} and {path} would both be {copy}")
        made[copy] = path


def _line(path: Path, result: FrameResult | Rejection) -> dict[str, Any]:
    fields = asdict(result)
    fields.pop("blurred_jpeg", None)
    return {"path": str(path)} | fields


if __name__ == "__main__":
    sys.exit(main())
