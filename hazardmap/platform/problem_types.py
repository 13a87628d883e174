"""Every kind of error that a program may want to tell apart: the `type` of its problem document.

A type is an address on this site that says what it means and what to do. Errors of which the
status says all have the type about:blank (RFC 9457, 4.2.1).
"""

from dataclasses import dataclass
from typing import Final

PAGE: Final = "/api/problems/"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """name: of its place on PAGE. do: what its receiver can do. registered: its address at IANA."""

    name: str
    status: int
    title: str
    means: str
    do: str
    registered: str = ""

    def uri(self, page: str) -> str:
        """page: the whole address of PAGE."""
        return self.registered or f"{page}#{self.name}"


INVALID: Final = ProblemType(
    "invalid",
    400,
    "The request breaks a rule",
    "A parameter, a member of the body or the body itself is not as the API takes it. `errors` "
    "names each of them, a member of the body by its JSON Pointer (`pointer`: `#/url`), others by "
    "their names (`parameter`, `header`), and the rule that it breaks (`detail`).",
    "Change what is named. Sending the same again changes nothing.",
)
UNREADABLE: Final = ProblemType(
    "unreadable",
    400,
    "The body cannot be read",
    "The body is not JSON (NaN and Infinity are none), or no form with a picture.",
    "Look at the body byte for byte: `detail` says what is wrong with it.",
)
NO_TOKEN: Final = ProblemType(
    "no-token",
    401,
    "A token is needed",
    "There was no header `Authorization: Bearer …`.",
    "Make a key in the portal, or for frames pair a device with a code of the account page. Send "
    "it in that header, never in the address.",
)
BAD_TOKEN: Final = ProblemType(
    "bad-token",
    401,
    "The token is not valid",
    "The key or device token is unknown, was revoked, or has expired.",
    "Look up its state in the portal, or that of a device on the account page. If it was rolled, "
    "use the new one. A key uploads no frames, and a device asks for no hazards.",
)
CAP_REACHED: Final = ProblemType(
    "cap-reached",
    402,
    "Spending cap is reached",
    "This answer would cost more than is left of a hard cap on the month. `cap`, `spent`, "
    "`balance` and `currency` say how much; `whose` says whether it is the organisation's or "
    "the key's.",
    "Raise the cap in the portal, ask for less (`limit`, `explain=cost`), or wait until `reset`.",
)
PLAN_MISSING: Final = ProblemType(
    "plan-missing",
    402,
    "A plan is needed",
    "Plans are on offer on this site, and the organisation of this live key has none, or none any "
    "more.",
    "Let an owner, or who sees to the bills, choose one in the portal; it is in force within ten "
    "seconds. A test key (hm_test_…) needs none.",
)
NO_SCOPE: Final = ProblemType(
    "no-scope",
    403,
    "The key lacks a scope",
    "The key is good, but was not made for this. `detail` names the scope.",
    "Make a key with that scope.",
)
ONLY_FOR_LIVE_KEYS: Final = ProblemType(
    "only-for-live-keys",
    403,
    "This is only for live keys",
    "Test keys cost nothing, so they export small areas only. `detail` says how small.",
    "Ask for a smaller area or page by page, or use a live key (hm_key_…).",
)
NOT_FROM_HERE: Final = ProblemType(
    "not-from-here",
    403,
    "The key may not be used from here",
    "The key is limited to web pages (origins) or networks, and this request came from elsewhere.",
    "Change the limits of the key in the portal; they hold from the next request on.",
)
NOT_LICENSED: Final = ProblemType(
    "not-licensed",
    403,
    "The licence of uploads is not agreed to",
    "The owner of the device has not agreed to the licence of uploads as it is today; nothing of "
    "the frame was kept.",
    "Keep the frame. Let the owner sign in and agree on the account page, then send it again.",
)
RUNNING: Final = ProblemType(
    "request-running",
    409,
    "The same request is being processed",
    "A request with this Idempotency-Key has begun and has not ended.",
    "Send it again in a few seconds, with the same key: it gets the answer of the first one.",
)
TOO_LARGE: Final = ProblemType(
    "too-large",
    413,
    "What was sent is too large",
    "The body is larger than this operation takes; `errors` names the limit.",
    "Send less: fewer positions of a route or polygon, or a smaller picture.",
)
ANOTHER_REQUEST: Final = ProblemType(
    "another-request",
    422,
    "The Idempotency-Key belongs to another request",
    "Another body was sent under this Idempotency-Key within 24 hours.",
    "Make a new key for a new request; keep it for the same request sent again.",
)
QUOTA: Final = ProblemType(
    "quota-exceeded",
    429,
    "Request cannot be satisfied as assigned quota has been exceeded",
    "Too many requests in a short time (`violated-policies` is `default`), or the quota of the "
    "plan is used up for this month (`plan`; `quota`, `balance` and `reset` say more).",
    "Go on after `Retry-After` seconds. The header `RateLimit` says how many requests are left.",
    "https://iana.org/assignments/http-problem-types#quota-exceeded",
)
TOO_MANY_WAITING: Final = ProblemType(
    "too-many-waiting",
    429,
    "Too much waits for detection",
    "Frames of the account, from all its devices, come faster than they are looked at. `detail` "
    "names the limit.",
    "Keep the frame and send it again after `Retry-After` seconds.",
)
NO_ROOM: Final = ProblemType(
    "no-room",
    503,
    "There is no room for frames",
    "The disk of the site is nearly full. Frames that were accepted are safe.",
    "Keep the frame and send it again after `Retry-After` seconds.",
)
TOO_SLOW: Final = ProblemType(
    "too-slow",
    503,
    "The answer took too long",
    "The database gave up on this question.",
    "Ask for a smaller area or a shorter route, or the same again after `Retry-After` seconds.",
)
PROBLEM_TYPES: Final = (
    *(INVALID, UNREADABLE, NO_TOKEN, BAD_TOKEN, CAP_REACHED, PLAN_MISSING, NO_SCOPE),
    *(ONLY_FOR_LIVE_KEYS, NOT_FROM_HERE, NOT_LICENSED, RUNNING, TOO_LARGE, ANOTHER_REQUEST, QUOTA),
    *(TOO_MANY_WAITING, NO_ROOM, TOO_SLOW),
)
