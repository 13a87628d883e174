"""The collector comes back, whatever becomes of the work."""

import gc

import pytest

from hazardmap.platform.garbage import collected_later


def test_the_collector_is_off_for_the_work_only() -> None:
    with collected_later():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collected_later():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collected_later():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
