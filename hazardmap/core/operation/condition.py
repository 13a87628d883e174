"""How well a site is, judged from what was read of it: ok, late, or stuck.

Late is what may pass by itself, such as a queue after a busy hour; stuck is what somebody must
look at. Whatever waits is judged by the age of the oldest: numbers differ from site to site, ages
do not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Health(StrEnum):
    OK = "ok"
    LATE = "late"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. said: in a few words, for people."""

    name: str
    verdict: Health
    said: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Above which ages something is late, and stuck."""

    late: timedelta
    stuck: timedelta


_S, _MIN, _H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
# A worker on two processors looks at one or two frames a second, so a drive of ten minutes waits
# for some; after a day the original is deleted and the frame lost, half of which is left to act.
DETECTION: Final = Limits(10 * _MIN, 12 * _H)
# Woken every second, and a busy street is fused in a few: minutes mean that nobody is at it.
FUSION: Final = Limits(2 * _MIN, 30 * _MIN)
# A new version is written once a day: what half a day has not done, the next one finds undone.
VERSIONS: Final = Limits(_H, 12 * _H)
# Readers of the change feed are woken every one or two seconds, but a rebuild holds them up.
FOLLOWING: Final = Limits(_MIN, 15 * _MIN)
# The sender looks every second; behind a crowd of slow receivers a message takes its turn.
WEBHOOKS: Final = Limits(2 * _MIN, 30 * _MIN)
# Loaded every two seconds. A cap is only as exact as this; a log that cannot be loaded stays.
USAGE: Final = Limits(_MIN, 30 * _MIN)
# Every two seconds by the schedule, and by the web servers where it does not: both are silent.
SPENDING: Final = Limits(30 * _S, 5 * _MIN)
# Beat writes its file every three minutes and at its end.
SCHEDULE: Final = Limits(10 * _MIN, 30 * _MIN)
# Looked for every minute, a few thousand at a time: a day more than promised is a fault.
PICTURES: Final = Limits(2 * _H, 24 * _H)
# Tasks of every five minutes and every hour, of which people are promised more.
FORGETTING: Final = Limits(3 * _H, 24 * _H)
# People were told that a moderator will look; it takes one who signs in to see that they wait.
REPORTS: Final = Limits(24 * _H, 168 * _H)
# Every night; one that was missed is late, three are a fault.
EXPORT: Final = Limits(26 * _H, 74 * _H)
# Drafts are there on the first day of a month; a person looks at them before they are numbered.
INVOICES: Final = Limits(7 * 24 * _H, 28 * 24 * _H)
# The schedule asks every minute, a provider may be away for hours, and a buyer waits for the bill.
PAYMENTS: Final = Limits(_H, 24 * _H)
# Sent within seconds, but a server that does not know us may tell us to come back in a while.
MAIL: Final = Limits(20 * _MIN, 2 * _H)
# Pauses between tries grow to six hours: after so many the provider has been away for a day.
PAYMENT_TRIES: Final = 12
# Below half a gigabyte tiles are no longer kept (tiles.files); a day of frames needs a few.
DISK_LATE_BYTES: Final = 5_000_000_000
DISK_STUCK_BYTES: Final = 1_000_000_000


def waiting(name: str, age: timedelta | None, limits: Limits, *, what: str = "") -> Line:
    """Work of which the oldest has waited for so long; None: nothing waits."""
    if age is None:
        return Line(name, Health.OK, "nothing waits")
    return Line(name, _by_age(age, limits), _joined(what, f"the oldest for {words(age)}"))


def done(name: str, age: timedelta | None, limits: Limits, *, never: Health) -> Line:
    """What is to be done again and again, and was so long ago; None: never."""
    if age is None:
        return Line(name, never, "never")
    return Line(name, _by_age(age, limits), f"{words(age)} ago")


def answering(name: str, problem: str) -> Line:
    """A service that others cannot be without; problem: why it does not answer, or ""."""
    return Line(name, Health.STUCK if problem else Health.OK, problem or "answers")


def database(size_bytes: int) -> Line:
    """One that answers. Its disk may be another machine's, which only its size tells of."""
    return Line("database", Health.OK, f"answers, {size_bytes / 1e9:.1f} GB")


def detector(label: str, problem: str) -> Line:
    """label: of the live model, "" before the first start of a worker."""
    if problem:
        return Line("detector", Health.STUCK, _joined(label, problem))
    if not label:
        return Line("detector", Health.LATE, "no worker has been started yet")
    return Line("detector", Health.OK, label)


def places(number: int, age: timedelta | None) -> Line:
    """number: of places to be evaluated anew; age: of the version under which they are."""
    if not number:
        return waiting("places", None, VERSIONS)
    age = age or timedelta(0)
    verdict = _by_age(age, VERSIONS)
    return Line("places", verdict, f"{number} wait for a version that is {words(age)} old")


def publisher(age: timedelta | None, behind: int, *, is_built: bool) -> Line:
    """is_built: False while the features of tiles are of another version, and made anew."""
    line = waiting("tiles", age, FOLLOWING, what=f"{behind} changes wait")
    if is_built:
        return line
    verdict = line.verdict if line.verdict is Health.STUCK else Health.LATE
    return Line("tiles", verdict, _joined("to be made anew", line.said))


def usage_logs(age: timedelta | None, waiting_bytes: int, broken: int) -> Line:
    """broken: logs that end in half a line, which a person must look at and delete."""
    line = waiting("usage logs", age, USAGE, what=f"{waiting_bytes} bytes to be loaded")
    if not broken:
        return line
    verdict = Health.LATE if line.verdict is Health.OK else line.verdict
    return Line(line.name, verdict, _joined(line.said, f"{broken} set aside as .broken"))


def payments(age: timedelta | None, tries: int, problem: str) -> Line:
    """Bills that the provider does not know yet; tries: in vain, of the worst; problem: its."""
    line = waiting("payments", age, PAYMENTS)
    if not tries:
        return line
    verdict = Health.STUCK if tries >= PAYMENT_TRIES else Health.LATE
    worse = line.verdict if line.verdict is Health.STUCK else verdict
    return Line("payments", worse, f"{tries} tries in vain: {problem}")


def partitions(missing: Iterable[str], *, of_now: bool) -> Line:
    """missing: names of partitions; of_now: whether one of this month is among them."""
    names = ", ".join(missing)
    if not names:
        return Line("partitions", Health.OK, "this month's and the next's are there")
    verdict = Health.STUCK if of_now else Health.LATE
    return Line("partitions", verdict, f"missing: {names}")


def disk(free_bytes: int, *, of: str = "") -> Line:
    """of: what lies on it, where there are several."""
    late = Health.LATE if free_bytes < DISK_LATE_BYTES else Health.OK
    verdict = Health.STUCK if free_bytes < DISK_STUCK_BYTES else late
    return Line(f"disk of {of}" if of else "disk", verdict, f"{free_bytes / 1e9:.1f} GB free")


def is_stuck(lines: Iterable[Line]) -> bool:
    return any(line.verdict is Health.STUCK for line in lines)


def words(age: timedelta) -> str:
    """In the largest unit that leaves two digits or fewer, mostly."""
    seconds = max(0.0, age.total_seconds())
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _by_age(age: timedelta, limits: Limits) -> Health:
    if age > limits.stuck:
        return Health.STUCK
    return Health.LATE if age > limits.late else Health.OK


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
