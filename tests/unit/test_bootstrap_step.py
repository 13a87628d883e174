"""A stamped step is done again exactly when something it depends on changed."""

from pathlib import Path

import pytest

from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.step import stamped, step


class Build:
    """An action that counts its runs and writes its output."""

    def __init__(self, folder: Path) -> None:
        self.source, self.output = folder / "source", folder / "output"
        self.stamp = folder / "stamps" / "build"
        self.runs = 0
        self.source.write_text("one")

    def action(self) -> None:
        self.runs += 1
        self.output.write_text("built")

    def run(self, *strings: str) -> int:
        """Do it if needed; how often it was done so far."""
        inputs: list[Path | str] = [self.source, *strings]
        stamped("Build", self.action, stamp=self.stamp, inputs=inputs, outputs=[self.output])
        return self.runs


def test_done_once_while_nothing_changes(tmp_path: Path) -> None:
    build = Build(tmp_path)
    assert [build.run("v1"), build.run("v1")] == [1, 1]


def test_done_again_after_a_change_of_a_file_a_string_or_a_loss(tmp_path: Path) -> None:
    build = Build(tmp_path)
    assert build.run("v1") == 1
    build.source.write_text("two")
    assert build.run("v1") == 2
    assert build.run("v2") == 3
    build.output.unlink()
    assert build.run("v2") == 4


def test_a_failed_action_leaves_no_stamp_and_names_its_step(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("x")

    def fail() -> None:
        raise BootstrapError("npm ended with code 1.")

    for _ in range(2):
        with pytest.raises(BootstrapError, match=r"“Build” failed: npm ended with code 1\."):
            stamped("Build", fail, stamp=tmp_path / "stamp", inputs=[source])
    assert not (tmp_path / "stamp").exists()


def test_a_step_says_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Quick"):
        pass
    with pytest.raises(KeyboardInterrupt), step("Interrupted"):
        raise KeyboardInterrupt
    quick, interrupted = capsys.readouterr().out.splitlines()
    assert quick.split() == ["Quick", "0.0", "s"]
    assert interrupted.split() == ["Interrupted", "stopped"]
