"""A run leaves the old folder or the new one, and loses nothing a person put there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from geo_rectify.bundle import staging
from geo_rectify.errors import OutputError


def write(target, files):
    """Publish a folder with these files, as a run does."""
    with staging.staging_folder(target) as folder:
        hashes = {}
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            hashes[name] = staging.file_sha256(path)
        (folder / "run.json").write_text(json.dumps({"outputs": hashes}), encoding="utf-8")
        return staging.publish(folder, target)


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json"
    }


def test_a_new_folder_replaces_the_old_whole(tmp_path):
    target = tmp_path / "成果 (1)"
    write(target, {"a.txt": "1", "field/b.txt": "1"})
    carried = write(target, {"a.txt": "2"})
    assert tree(target) == {"a.txt": "2"}
    assert carried == []
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_edited_and_foreign_files_are_kept(tmp_path):
    target = tmp_path / "out"
    write(target, {"worklist.xlsx": "empty", "a.txt": "1"})
    (target / "worklist.xlsx").write_text("filled", encoding="utf-8")
    (target / "notes.md").write_text("mine", encoding="utf-8")
    carried = write(target, {"worklist.xlsx": "empty", "a.txt": "2"})
    kept = [name for name in carried if name.startswith("kept/worklist_")]
    assert len(kept) == 1
    assert tree(target) == {
        "worklist.xlsx": "empty",
        "a.txt": "2",
        "notes.md": "mine",
        kept[0]: "filled",
    }
    assert write(target, {"a.txt": "3"}) == [kept[0], "notes.md"]
    assert tree(target)[kept[0]] == "filled"


def test_an_error_leaves_the_old_folder(tmp_path):
    target = tmp_path / "out"
    write(target, {"a.txt": "1"})
    with pytest.raises(RuntimeError), staging.staging_folder(target) as folder:
        (folder / "a.txt").write_text("2", encoding="utf-8")
        raise RuntimeError
    assert tree(target) == {"a.txt": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ["file", "strangers"])
def test_what_is_not_ours_is_refused(tmp_path, kind):
    target = tmp_path / "out"
    if kind == "file":
        target.write_text("x", encoding="utf-8")
    else:
        target.mkdir()
        (target / "thesis.doc").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match=r"out.*-o"), staging.staging_folder(target):
        pass


def test_two_renames_do_where_names_cannot_be_exchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "_exchange", lambda one, other: False)
    target = tmp_path / "out"
    write(target, {"a.txt": "1"})
    write(target, {"a.txt": "2"})
    assert tree(target) == {"a.txt": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_that_died_between_two_renames_is_mended(tmp_path):
    target = tmp_path / "out"
    write(target, {"a.txt": "1"})
    target.rename(tmp_path / ".out.old")
    staging.recover(target)
    assert tree(target) == {"a.txt": "1"}


def test_old_staging_folders_are_cleared_and_young_ones_left(tmp_path):
    old, young = tmp_path / ".out.new-1", tmp_path / ".out.new-2"
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (time.time() - 2 * 86_400,) * 2)
    staging.recover(tmp_path / "out")
    assert not old.exists()
    assert young.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there on Windows")
def test_a_killed_run_leaves_old_or_new(tmp_path):
    """A process that publishes versions in a loop is killed at many moments."""
    target = tmp_path / "out"
    script = tmp_path / "loop.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import json, pathlib, itertools
            from geo_rectify.bundle import staging
            target = pathlib.Path({str(target)!r})
            for version in itertools.count():
                with staging.staging_folder(target) as folder:
                    for name in "abc":
                        (folder / name).write_text(str(version))
                    hashes = {{n: staging.file_sha256(folder / n) for n in "abc"}}
                    (folder / "run.json").write_text(json.dumps({{"outputs": hashes}}))
                    staging.publish(folder, target)
                print(version, flush=True)
            """
        ),
        encoding="utf-8",
    )
    for delay in (0.0, 0.004, 0.011):
        process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        versions = {(target / name).read_text(encoding="utf-8") for name in "abc"}
        assert len(versions) == 1
