"""`python -m detection` replaces nobody's pictures."""

from pathlib import Path

import pytest

from detection.__main__ import main


@pytest.mark.parametrize(
    ("pictures", "out", "says"),
    [
        (["a/0001.jpg", "b/0001.jpg"], "blurred", "would both be"),
        (["a/0001.jpg", "a/0001.png"], "blurred", "would both be"),
        (["a/0001.jpg"], "a", "would replace"),
        (["a/0001.jpg"], "b/../a", "would replace"),
    ],
)
def test_a_copy_never_replaces_a_picture_or_another_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pictures: list[str], out: str, says: str
) -> None:
    (tmp_path / "b").mkdir()
    for name in pictures:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"mine")
    given = [str(tmp_path / name) for name in pictures]
    assert main([*given, "--out", str(tmp_path / out)]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert not told.out
    assert all((tmp_path / name).read_bytes() == b"mine" for name in pictures)
