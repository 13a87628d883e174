"""The upload command and its client against a small server that answers as it is told."""

from collections import Counter
from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.core.management import CommandError, call_command

from hazardmap.core.access.tokens import Use, new_token
from hazardmap.uploader import command, uploading
from hazardmap.uploader.uploading import Item, Journal, Outcome, Picture, upload
from tests.upload_server import Server

TOKEN = new_token(Use.DEVICE).reveal()


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Where tokens are kept: none of whoever runs this."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "hazardmap"


@pytest.fixture
def pauses(monkeypatch):
    """The pauses between the tries, which the test does not wait for."""
    slept: list[float] = []
    monkeypatch.setattr(
        uploading._Sender, "pause", lambda _, seconds: slept.append(seconds) or True
    )
    return slept


def pictures(folder: Path, count: int) -> list[Path]:
    files = [folder / f"{number:02}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        file.write_bytes(b"picture %d" % number)
    return files


def send(files: list[Path], url: str, journal: Journal | None = None) -> list[Outcome]:
    items = [Item(file) for file in files]
    return upload(items, url=url, token=TOKEN, journal=journal or Journal(None))


def test_outcomes_come_in_order_with_progress_and_metadata(tmp_path):
    server = Server(lambda body, number: (202, {"id": body.decode()}))
    files, seen = pictures(tmp_path, 12), []
    with server.running() as url:
        outcomes = upload(
            [Item(file, {"lon": 1}) for file in files],
            url=url,
            token=TOKEN,
            journal=Journal(None),
            progress=seen.append,
        )
    assert [outcome.path for outcome in outcomes] == files
    assert [outcome.detail for outcome in outcomes] == [f"picture {n}" for n in range(12)]
    assert seen == outcomes
    assert all(request["Authorization"] == f"Bearer {TOKEN}" for request in server.headers)
    assert all('{"lon": 1}' in request["body"] for request in server.headers)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_server_is_asked_again_after_growing_pauses(tmp_path, pauses, status):
    busy = {"detail": "busy"}
    server = Server(lambda body, number: (202, {"id": 1}) if number == 4 else (status, busy))
    with server.running() as url:
        (outcome,) = send(pictures(tmp_path, 1), url)
    assert outcome.what == "accepted"
    assert pauses == [0.5, 1, 2]


@pytest.mark.parametrize(
    ("asked", "first"),
    [("7", 7), ("0", 0.5), ("999999", 0.5), ("3600", 60), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.5)],
)
def test_a_pause_is_as_long_as_the_server_asks_for(tmp_path, pauses, asked, first):
    busy = {"detail": "busy"}
    server = Server(
        lambda body, number: (202, {"id": 1}) if number == 2 else (429, busy), Retry_After=asked
    )
    with server.running() as url:
        (outcome,) = send(pictures(tmp_path, 1), url)
    assert outcome.what == "accepted"
    assert pauses == [first]


def test_a_server_that_stays_overloaded_ends_the_run_and_refuses_nothing(tmp_path, pauses):
    server = Server(lambda body, number: (503, {"detail": "the site is full"}))
    film = [
        Item(tmp_path / "film.mp4", key=f"{n}", make=lambda: Picture(b"picture"))
        for n in range(100)
    ]
    with server.running() as url:
        outcomes = upload(film, url=url, token=TOKEN, journal=Journal(None))
    assert (outcomes[0].what, outcomes[0].detail) == ("failed", "the site is full")
    assert {outcome.what for outcome in outcomes} == {"failed"}
    assert server.requests.total() <= 6 * uploading.PARALLEL


def test_a_picture_on_which_the_server_fails_is_not_refused_and_the_others_go_on(tmp_path):
    answers = (500, {"detail": "failed here"}), (202, {"id": "1"})
    server = Server(lambda body, number: answers[body != b"picture 0"])
    with server.running() as url:
        outcomes = send(pictures(tmp_path, 3), url)
    assert [outcome.what for outcome in outcomes] == ["failed", "accepted", "accepted"]


def test_a_server_that_is_away_fails_the_run_and_not_each_picture(tmp_path, pauses):
    outcomes = send(pictures(tmp_path, 200), "http://127.0.0.1:1")
    assert {outcome.what for outcome in outcomes} == {"failed"}
    assert "no answer: [Errno 111] Connection refused" in {outcome.detail for outcome in outcomes}
    assert len(pauses) <= 5 * uploading.PARALLEL, "it has tried again, but not for each picture"


def test_whoever_interrupts_a_run_does_not_wait_for_the_tries(tmp_path):
    asked = Event()

    def answer(body: bytes, number: int) -> tuple[int, object]:
        asked.set()
        return 503, {"detail": "busy"}

    def items():
        yield from map(Item, pictures(tmp_path, 6))
        asked.wait(30)
        raise KeyboardInterrupt

    server = Server(answer, Retry_After="3")
    with server.running() as url, pytest.raises(KeyboardInterrupt):
        upload(items(), url=url, token=TOKEN, journal=Journal(None))
    assert set(server.requests.values()) == {1}


def test_a_refused_token_ends_the_run(tmp_path, pauses):
    server = Server(lambda body, number: (401, {"detail": "unknown token"}))
    with server.running() as url:
        outcomes = send(pictures(tmp_path, 200), url)
    assert (outcomes[0].what, outcomes[0].detail) == ("refused", "unknown token")
    assert outcomes[-1].what == "failed"
    assert server.requests.total() < 50


def test_a_licence_that_is_not_agreed_to_ends_the_run_and_a_later_one_sends_all(tmp_path, pauses):
    agreed: list[bool] = []
    answers = (403, {"detail": "agree to the licence"}), (202, {"id": "1"})
    server, journal = Server(lambda body, number: answers[len(agreed)]), tmp_path / "journal"
    files = pictures(tmp_path, 50)
    with server.running() as url:
        outcomes = send(files, url, Journal(journal))
        assert (outcomes[0].what, outcomes[0].detail) == ("failed", "agree to the licence")
        assert server.requests.total() < 30
        agreed.append(True)
        outcomes = send(files, url, Journal(journal))
    assert {one.what for one in outcomes} == {"accepted"}


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, b"<html>sign in</html>"), (200, {}), (202, []), (500, b"oops"), (301, b""), (204, b"")],
)
def test_an_answer_of_something_else_is_a_failure_and_not_remembered(tmp_path, status, content):
    server = Server(lambda body, number: (status, content))
    journal = tmp_path / "journal"
    with server.running() as url:
        (outcome,) = send(pictures(tmp_path, 1), url, Journal(journal))
    assert outcome.what == "failed"
    assert f"status {status}" in outcome.detail
    assert not journal.exists()


def test_a_journal_resumes_and_survives_a_torn_line(tmp_path):
    server = Server(lambda body, number: (202, {"id": f"id of {body.decode()}"}))
    files, path = pictures(tmp_path, 3), tmp_path / "journal"
    with server.running() as url:
        send(files[:2], url, Journal(path))
        path.write_bytes(path.read_bytes()[:-40] + b"\xff")
        outcomes = send(files, url, Journal(path))
        again = send(files, url, Journal(path))
    assert Counter(outcome.what for outcome in outcomes) == {"accepted": 2, "repeated": 1}
    assert Counter(outcome.what for outcome in again)["repeated"] >= 2


def test_what_the_server_has_lost_is_sent_again_and_what_it_has_seen_is_not_asked_for(tmp_path):
    server = Server(lambda body, number: (202, {"id": f"{body.decode()[-1]}-{number}"}))
    files, path = pictures(tmp_path, 4), tmp_path / "journal"
    with server.running() as url:
        send(files, url, Journal(path))
        server.frames = {
            "0-1": {"state": "rejected", "reason": "original_lost"},
            "1-1": {"state": "rejected", "reason": "truncated"},
            "2-1": {"state": "detected", "reason": ""},
            "3-1": {"state": "received", "reason": ""},
        }
        again = send(files, url, Journal(path))
        assert [one.what for one in again] == ["accepted", *["repeated"] * 3]
        assert again[0].detail == "0-2"
        server.asked.clear()
        third = send(files, url, Journal(path))
    assert [one.detail for one in third] == ["0-2", "1-1", "2-1", "3-1"]
    assert {one.what for one in third} == {"repeated"}
    assert sorted(server.asked) == ["0-2", "3-1"]


def test_a_picture_that_cannot_be_read_fails_alone(tmp_path):
    server = Server(lambda body, number: (202, {"id": 1}))
    with server.running() as url:
        outcomes = send([tmp_path, *pictures(tmp_path, 1)], url)
    assert [outcome.what for outcome in outcomes] == ["failed", "accepted"]
    assert outcomes[0].detail == "Is a directory"


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("upload", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["."], "A device token"),
        ([".", "--token", new_token(Use.API_KEY).reveal()], "A device token"),
        (["/does/not/exist", "--token", TOKEN], "There is no /does/not/exist"),
        (["docs/adr", "--token", TOKEN], "no JPEG, PNG or WebP picture"),
        (["README.md", "--token", TOKEN, "--url", "http://[::1"], "--url is no address"),
        ([], "PATH"),
        ([".", "--token", TOKEN, "--utc-offset", "Berlin"], "like .02:00"),
        ([".", "--token", TOKEN, "--taken-from", "2026-11-28T14:02:00"], "a time with its zone"),
        ([".", "--token", TOKEN, "--every-s", "nan"], "number of seconds"),
        ([".", "--token", TOKEN, "--gpx", "README.md"], "README.md cannot be read as GPX"),
        ([".", "--token", TOKEN, "--gpx", "/no.gpx"], "/no.gpx cannot be read as GPX"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, says):
    with pytest.raises(CommandError, match=says):
        run(*arguments)


def test_an_address_of_another_kind_is_told(tmp_path, pauses):
    pictures(tmp_path, 1)
    with pytest.raises(CommandError, match="reasons are above"):
        run(tmp_path, "--token", TOKEN, "--url", "map.example.org")


def test_the_command_counts_and_remembers(tmp_path):
    server = Server(lambda body, number: (202, {"id": 1}))
    (tmp_path / "sub").mkdir()
    files = [*pictures(tmp_path, 3), *pictures(tmp_path / "sub", 1)]
    (tmp_path / "notes.txt").write_text("no picture")
    with server.running() as url:
        first = run(tmp_path, files[0], "--token", TOKEN, "--url", url)
        again = run(tmp_path, "--token", TOKEN, "--url", url)
        other = run(tmp_path, "--token", new_token(Use.DEVICE).reveal(), "--url", url)
    assert first == "4 accepted, 0 repeated, 0 refused, 0 failed\n"
    assert again == "0 accepted, 4 repeated, 0 refused, 0 failed\n"
    assert other == first, "another device has a journal of its own"


def test_pictures_that_cannot_be_read_are_counted_and_told(tmp_path):
    server = Server(lambda body, number: (202, {"id": 1}))
    pictures(tmp_path, 2)
    (tmp_path / "00.gpr").write_bytes(b"beside the JPEG of the same picture")
    (tmp_path / "album.jpg").mkdir()
    for number in range(3):
        (tmp_path / "album.jpg" / f"IMG_{number}.HEIC").write_bytes(b"ftypheic")
    out = StringIO()
    with server.running() as url, pytest.raises(CommandError):
        call_command("upload", str(tmp_path), "--token", TOKEN, "--url", url, stdout=out)
    assert out.getvalue().splitlines() == [
        f"refused: {tmp_path}/album.jpg: .HEIC cannot be read, only JPEG, PNG and WebP; magick "
        "mogrify -format jpg '*.HEIC' makes JPEG that keep place and time (3 pictures)",
        "2 accepted, 0 repeated, 3 refused, 0 failed",
    ]


def test_an_interrupted_command_says_how_to_go_on(tmp_path, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    pictures(tmp_path, 1)
    monkeypatch.setattr(command, "upload", interrupted)
    with pytest.raises(CommandError, match="same command goes on") as stopped:
        run(tmp_path, "--token", TOKEN)
    assert stopped.value.returncode == 130


def test_a_computer_is_paired_once_and_its_token_is_read_by_nobody_else(tmp_path, own_folder):
    asked = []

    def answer(body, number):
        asked.append(body)
        if number == 1:
            return 400, {"detail": "code: unknown, used or older than 5 minutes"}
        return 201, {"token": TOKEN}

    pictures(tmp_path, 2)
    with Server(answer).running() as url:
        with pytest.raises(CommandError, match="refuses the code: code: unknown"):
            run("--code", "abcd2345", "--url", url)
        assert not own_folder.exists()
        assert run("--code", "abcd2345", "--url", url) == "This computer is paired.\n"
    (kept,) = own_folder.iterdir()
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (f"{TOKEN}\n", 0o600)
    assert all(b"ABCD2345" in body for body in asked)


def test_what_was_paired_sends_without_a_token(tmp_path, own_folder):
    def answer(body, number):
        return (201, {"token": TOKEN}) if b"ABCD2345" in body else (202, {"id": "1"})

    folder = tmp_path / "card"
    folder.mkdir()
    pictures(folder, 2)
    with Server(answer).running() as url:
        assert "2 accepted" in run(folder, "--code", "ABCD2345", "--url", url)
        assert "2 repeated" in run(folder, "--url", url)
    with pytest.raises(CommandError, match="A device token"):
        run(folder, "--url", "http://127.0.0.1:1")


def test_a_slip_of_the_hand_uses_up_no_code(tmp_path):
    asked = []
    server = Server(lambda body, number: asked.append(body) or (201, {"token": TOKEN}))
    with server.running() as url, pytest.raises(CommandError, match="There is no"):
        run(tmp_path / "crad", "--code", "ABCD2345", "--url", url)
    assert asked == []


def test_a_token_that_cannot_be_kept_is_told(tmp_path, own_folder):
    own_folder.parent.mkdir()
    own_folder.write_text("in the way")
    with (
        Server(lambda body, number: (201, {"token": TOKEN})).running() as url,
        pytest.raises(CommandError, match=r"cannot be kept in .*: Not a directory|File exists"),
    ):
        run("--code", "ABCD2345", "--url", url)
