"""The surroundings in which CASA works."""

from __future__ import annotations

import pytest

from almared.engine.configure import casa_environment


def test_threads_that_wait_sleep_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert casa_environment()["OMP_WAIT_POLICY"] == "passive"
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert casa_environment()["OMP_WAIT_POLICY"] == "active"
    assert casa_environment()["OMP_NUM_THREADS"] == "3"


def test_python_does_not_leave_checks_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    assert "PYTHONOPTIMIZE" not in casa_environment()
