"""What a run was made of, so that it can be made again: for `pack`, which narrows it to a county.

``run.json`` names the inputs by their way from the run's folder, with their hashes. A run is made
again only from the very same inputs; a worklist that has since gone to ``kept/`` is found there.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.bundle.staging import KEPT_FOLDER, RUN_FILE, file_sha256
from geo_rectify.errors import InputFileError
from geo_rectify.example import example_corrections, example_plan
from geo_rectify.pipeline import Assessment, assess
from geo_rectify.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SAMPLE: Final = "sample"
_AGAIN: Final = "run the plan again, then pack"
_AGAIN_CHINESE: Final = "请重新运行方案后再打包"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The inputs of a run: files as they were named, and the online service that was asked."""

    plans: tuple[Path, ...] = ()
    layers: tuple[str, ...] = ()
    gazetteer: tuple[Path, ...] = ()
    corrections: tuple[Path, ...] = ()
    registers: tuple[Path, ...] = ()
    rules: Path | None = None
    geocoder: str = ""
    demo: bool = False


def replay_record(replay: Replay, folder: Path) -> dict[str, Any]:
    """Write down what a run was made of.

    Parameters
    ----------
    replay
        The inputs.
    folder
        The run's folder, from which the ways are told.

    Returns
    -------
    dict
        For ``run.json``.
    """

    def told(paths: Sequence[Path]) -> list[dict[str, str]]:
        return [
            {"path": _way(path, folder), "sha256": file_sha256(path) if path.is_file() else ""}
            for path in paths
        ]

    return {
        "demo": replay.demo,
        "plans": told(replay.plans),
        "layers": [word if word == SAMPLE else _way(Path(word), folder) for word in replay.layers],
        "gazetteer": told(replay.gazetteer),
        "corrections": told(replay.corrections),
        "registers": told(replay.registers),
        "rules": told([replay.rules] if replay.rules else []),
        "geocoder": replay.geocoder,
    }


def _way(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.absolute().as_posix()


def assess_again(folder: Path, *, progress: Callable[[str], None] | None = None) -> Assessment:
    """Make a run again from the inputs its ``run.json`` names.

    Parameters
    ----------
    folder
        The folder `write_run` wrote.
    progress
        As in `pipeline.assess`.

    Returns
    -------
    Assessment
        The whole run.

    Raises
    ------
    InputFileError
        The folder is no run, or an input is gone or has changed since.
    """
    record = _record(folder)
    told = record["replay"]
    settings = _settings(record)
    if told["demo"]:
        with example_plan() as plan, example_corrections() as brought:
            return _same(
                assess(
                    plan, layers=SAMPLE, corrections=brought, settings=settings, progress=progress
                ),
                record,
            )
    if told["geocoder"]:
        message = (
            f"{folder} was made with --geocoder {told['geocoder']}, and pack asks no service; put "
            "the places it found into a gazetteer, run again without it, then pack"
        )
        chinese = (
            f"{folder}是用 --geocoder {told['geocoder']} 做的，而 pack 不访问在线服务；请把查到的地点"
            "存入地名库，不带该选项重新运行，再打包"
        )
        raise InputFileError(message, chinese=chinese)
    rules = _files(told["rules"], folder)
    assessment = assess(
        _files(told["plans"], folder),
        layers=[word if word == SAMPLE else str(folder / word) for word in told["layers"]] or None,
        gazetteer=_files(told["gazetteer"], folder) or None,
        corrections=_files(told["corrections"], folder) or None,
        registers=_files(told["registers"], folder) or None,
        rules=rules[0] if rules else None,
        settings=settings,
        progress=progress,
    )
    return _same(assessment, record)


def _record(folder: Path) -> dict[str, Any]:
    path = folder / RUN_FILE
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        message = f"{folder} holds no readable {RUN_FILE}; name the folder a run wrote"
        chinese = f"{folder}里没有可读的{RUN_FILE}；请指明 run 写出的文件夹"
        raise InputFileError(message, chinese=chinese) from err
    if not isinstance(record, dict) or not record.get("replay"):
        message = f"{path} does not say what the run was made of; {_AGAIN}"
        chinese = f"{path}没有写明这次运行用了什么；{_AGAIN_CHINESE}"
        raise InputFileError(message, chinese=chinese)
    return record


def _settings(record: Mapping[str, Any]) -> Settings:
    said = record["settings"]
    known = {field.name for field in fields(Settings)}
    told = {name: value for name, value in said.items() if name in known}
    told |= {"as_of": dt.date.fromisoformat(said["as_of"]), "demo": record["demo"]}
    return Settings(**told)


def _files(entries: Sequence[Mapping[str, str]], folder: Path) -> list[Path]:
    return [_file(folder / entry["path"], entry["sha256"], folder) for entry in entries]


def _file(path: Path, digest: str, folder: Path) -> Path:
    """Find an input as it was, in its place or where a later run kept it."""
    if path.is_dir() or (path.is_file() and file_sha256(path) == digest):
        return path
    kept = folder / KEPT_FOLDER / f"{path.stem}_{digest[:8]}{path.suffix}"
    if kept.is_file() and file_sha256(kept) == digest:
        return kept
    what = "has changed since the run" if path.is_file() else "is no longer where the run read it"
    message = f"{path} {what}; {_AGAIN}"
    chinese = (
        f"{path}{'在运行之后被改动' if path.is_file() else '已不在运行时的位置'}；{_AGAIN_CHINESE}"
    )
    raise InputFileError(message, chinese=chinese)


def _same(assessment: Assessment, record: Mapping[str, Any]) -> Assessment:
    """Refuse plans and layers that are not those of the run."""
    plans = {plan.source_name: plan.sha256 for plan in assessment.plans}
    layers = {info.layer_id: info.sha256 for info in assessment.layers.infos}
    changed = [
        each["name"] for each in record["inputs"] if plans.get(each["name"]) != each["sha256"]
    ]
    changed += [each["id"] for each in record["layers"] if layers.get(each["id"]) != each["sha256"]]
    if changed or len(layers) != len(record["layers"]):
        message = f"{'、'.join(changed) or 'the catalogue'} changed since the run; {_AGAIN}"
        chinese = f"{'、'.join(changed) or '图层目录'}在运行之后有改动；{_AGAIN_CHINESE}"
        raise InputFileError(message, chinese=chinese)
    return assessment
