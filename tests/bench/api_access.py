"""How many addresses the authorisation matrix covers, all of them asked for.

`make bench-api-access`, or alone: python -m tests.bench.api_access --publish
"""

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.bench.figures import BENCHMARKS, Figure, put

TESTS = Path(__file__).parents[1] / "api"
MATRIX = TESTS / "test_authorisation.py"
ROLES = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks/api.json")
    options = parser.parse_args()
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", str(MATRIX)], check=False)
    if done.returncode:
        sys.exit("The matrix has a hole: there is nothing to count.")
    table = tomllib.loads((TESTS / "authorisation.toml").read_text())
    note = (
        f"addresses times methods outside the admin site, each as {ROLES} roles: "
        f"{len(table) * ROLES} answers, all as the committed table says"
    )
    figure: Figure = {"measure": "authz_routes", "value": len(table), "unit": "1", "note": note}
    print(f"authz_routes = {len(table)} ({note})")
    if options.publish:
        put(BENCHMARKS / "api.json", [figure])


if __name__ == "__main__":
    main()
