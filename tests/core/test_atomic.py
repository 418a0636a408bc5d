"""Saving: the old file or the new one, never anything else."""

from __future__ import annotations

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from likely.core import atomic
from likely.core.atomic import write_atomic
from likely.core.errors import PersistenceError


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    write_atomic(path, b"old")
    write_atomic(str(path), b"new" * 1_000_000)
    assert path.read_bytes() == b"new" * 1_000_000
    assert names_in(tmp_path) == ["m.likely"]


def test_a_new_file_is_private_and_a_replaced_one_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    write_atomic(path, b"old")
    assert mode_of(path) == 0o600
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert mode_of(path) == 0o640


def test_a_link_goes_on_pointing(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "m.likely", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert names_in(tmp_path / "there") == ["m.likely"]


@pytest.mark.parametrize("name", ["", "missing/m.likely", "a\0b", "x" * 300])
def test_a_place_that_cannot_be_is_an_error(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PersistenceError, match="could not be written"):
        write_atomic(name, b"new")
    assert names_in(tmp_path) == []


def test_the_longest_name_works(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PersistenceError, match="Permission denied"):
            write_atomic(tmp_path / "m.likely", b"new")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("failing", range(1, 5))
def test_a_full_disk_leaves_the_old_file_alone(
    tmp_path: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.likely"
    path.write_bytes(b"old")
    calls = 0

    def write(handle: int, data: Any) -> int:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(data) // 2 + 1  # systems may take less than they are given

    monkeypatch.setattr(atomic.os, "write", write)
    with pytest.raises(PersistenceError, match="No space left"):
        write_atomic(path, b"new" * 1_000_000)
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["m.likely"]


@pytest.mark.parametrize("step", ["fsync", "close"])
def test_a_failing_disk_leaves_the_old_file_alone(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.likely"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(atomic.os, step, fail)
    with pytest.raises(PersistenceError, match="Input/output"):
        write_atomic(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["m.likely"]


def test_an_interrupt_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "m.likely", b"new")
    assert names_in(tmp_path) == []


SAVING = """
import itertools, sys
from likely.core.atomic import write_atomic
for i in itertools.count():
    write_atomic(sys.argv[1], bytes([i % 256]) * 3_000_000)
"""


def test_killing_it_leaves_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    write_atomic(path, bytes(3_000_000))
    rng = random.Random(0)
    seen = set()
    for _ in range(20):
        child = subprocess.Popen([sys.executable, "-c", SAVING, str(path)])
        try:
            before = path.stat().st_ino
            while path.stat().st_ino == before and child.poll() is None:
                time.sleep(0.002)  # until it has begun to save
            time.sleep(rng.uniform(0, 0.03))
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        content = path.read_bytes()
        assert len(content) == 3_000_000
        assert len(set(content)) == 1
        seen.add(content[0])
    assert len(seen) > 1
