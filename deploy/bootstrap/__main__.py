"""`python3 -m deploy.bootstrap COMMAND`: what the Makefile calls."""

import argparse
import signal
import sys
from typing import NoReturn

from deploy.bootstrap import benchmark, testing, up
from deploy.bootstrap.failure import BootstrapError

COMMANDS = {
    "up": up.up,
    "down": up.down,
    "reset": up.reset,
    "test": testing.test,
    "lint": testing.lint_only,
    "soak": testing.soak,
    "services": testing.start_standing_services,
    "services-stop": testing.stop_standing_services,
    "bench-up": benchmark.measure_up,
}


def main() -> int:
    """The exit code: 0, that of pytest, 1 after one sentence on stderr, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy.bootstrap")
    parser.add_argument("command", choices=[*COMMANDS, "run"], help="see `make help`")
    parser.add_argument("words", nargs=argparse.REMAINDER, help="for run: the command to run")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if given.command == "run":
            return up.run_in_stack([word for word in given.words if word != "--"])
        return COMMANDS[given.command]() or 0
    except BootstrapError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'The system'}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


sys.exit(main())
