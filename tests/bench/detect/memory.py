"""Prints the peak memory of a worker and its decoder in MB; a process of its own each time."""

import resource

from detection.engine import Engine
from detection.manifest import SHIPPED, load_manifest
from tests.bench.detect.frames import frames
from tests.shipped_models import CONFIG


def main() -> None:
    _, images = frames()
    with Engine(load_manifest(SHIPPED), device="cpu", config_dir=CONFIG) as engine:
        engine.process(images)
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    print(sum(resource.getrusage(one).ru_maxrss for one in who) // 1024)


if __name__ == "__main__":
    main()
