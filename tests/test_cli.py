"""The command line: help, exit codes, messages, and what a bad input leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HEAVY = ("geopandas", "shapely", "pandas", "folium", "pyogrio", "fiona", "matplotlib", "docx")
COMMANDS = (
    (),
    ("demo",),
    ("run",),
    ("parse",),
    ("locate",),
    ("overlay",),
    ("layers",),
    ("layers", "list"),
    ("layers", "check"),
    ("layers", "add"),
    ("layers", "draft"),
    ("gazetteer",),
    ("gazetteer", "build"),
    ("gazetteer", "search"),
    ("ledger",),
    ("ledger", "status"),
    ("ledger", "remind"),
    ("ledger", "notice"),
    ("ledger", "split"),
    ("ledger", "merge"),
)
PLAN = """某市督察反馈问题整改方案
附件
整改清单
一、存在的问题
（一）矿山修复滞后。乐平市双田镇岩口采石场未完成修复。
整改目标：完成修复。
整改时限：2024年底。
整改措施：
1．2024年底前，完成岩口采石场修复。〔责任单位：乐平市委、市政府〕
验收单位：市自然资源局。
"""


def run(*arguments, cwd, **options):
    """Run the command line as a person would, in a process of its own."""
    environment = dict(os.environ) | {"SOURCE_DATE_EPOCH": "1790000000", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "geo_rectify", *map(str, arguments)],
        cwd=cwd,
        env=environment | options.pop("env", {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command, tmp_path):
    shown = run(*command, "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert "Usage" in shown.stdout
    if command and command not in {("layers",), ("gazetteer",), ("ledger",)}:
        assert "Example: geo-rectify " + " ".join(command) in shown.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_stands_in_the_readme(command):
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert "geo-rectify " + " ".join(command[:1]) in readme


def test_help_loads_nothing_heavy(tmp_path):
    code = (
        "import sys\n"
        "sys.argv = ['geo-rectify', 'run', '--help']\n"
        "from geo_rectify.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stderr.strip() == "[]"


def test_importing_the_package_loads_nothing_heavy(tmp_path):
    code = f"import sys, geo_rectify; print([n for n in {HEAVY!r} if n in sys.modules])"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"


def test_a_run_says_what_it_found(tmp_path):
    (tmp_path / "方案 [草稿].txt").write_text(PLAN, encoding="utf-8")
    done = run("run", "方案 [草稿].txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    for part in ("整改方案", "问题", "1 项，措施 1 条", "待定位", "未提供图层", "方案 [草稿]_out"):
        assert part in done.stderr
    record = json.loads((tmp_path / "方案 [草稿]_out" / "run.json").read_text(encoding="utf-8"))
    assert record["counts"]["issues"] == 1
    assert record["settings"]["as_of"] == "2026-09-21"
    verdicts = record["counts"]["findings_by_verdict"]
    assert "clear" not in verdicts
    assert "conflict" not in verdicts


def test_parse_explains_every_line(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    done = run("parse", "plan.txt", "--explain", "-o", "parsed", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[0] == ["offset", "place", "issue", "rule", "text"]
    assert [row[3] for row in rows if row[4].startswith("整改目标")] == ["label 整改目标 = goal"]
    assert "自检：" in done.stderr


def test_parse_writes_three_files(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="gb18030")
    done = run("parse", "plan.txt", "-o", "parsed", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (tmp_path / "parsed").iterdir()}
    assert names == {"plan.txt", "issues.json", "mentions.csv", "run.json"}
    assert (tmp_path / "parsed" / "plan.txt").read_bytes() == PLAN.encode()


def test_locate_then_overlay(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    assert run("locate", "plan.txt", "-o", "located", cwd=tmp_path).returncode == 0
    judged = run(
        "overlay", "located/sites.gpkg", "-o", "judged", "--layers", "sample", cwd=tmp_path
    )
    assert judged.returncode == 0, judged.stderr
    assert {p.name for p in (tmp_path / "judged").iterdir()} == {
        "findings.csv",
        "findings.gpkg",
        "run.json",
    }


def test_a_planner_s_own_points(tmp_path):
    points = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "取样点", "uncertainty_m": 5},
                "geometry": {"type": "Point", "coordinates": [117.255, 29.245]},
            }
        ],
    }
    (tmp_path / "points.geojson").write_text(json.dumps(points), encoding="utf-8")
    judged = run("overlay", "points.geojson", "--layers", "sample", cwd=tmp_path)
    assert judged.returncode == 0, judged.stderr
    rows = (tmp_path / "points_out" / "findings.csv").read_text(encoding="utf-8-sig")
    assert "取样点" in rows
    assert ",conflict," not in rows  # schematic layers never give conflict outside the demo


def test_fail_on_gives_three(tmp_path):
    assert run("demo", "-o", "out", cwd=tmp_path).returncode == 0
    judged = ("overlay", tmp_path / "out" / "sites.gpkg", "--layers", "sample", "-o", "judged")
    assert run(*judged, "--fail-on", "conflict", cwd=tmp_path).returncode == 0
    assert run(*judged, "--fail-on", "possible", cwd=tmp_path).returncode == 3


def test_sample_with_another_catalogue_is_a_usage_error(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    done = run("run", "plan.txt", "--layers", "sample", "--layers", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "sample" in done.stderr


def test_data_goes_to_stdout_and_messages_to_stderr(tmp_path):
    listed = run("layers", "list", cwd=tmp_path)
    assert listed.returncode == 0
    assert "示意" in listed.stdout
    assert listed.stderr == ""


def test_a_console_without_chinese_does_not_fail(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    done = run("run", "plan.txt", cwd=tmp_path, env={"PYTHONIOENCODING": "cp1252"})
    assert done.returncode == 0


def _bad_inputs(folder):
    """Write inputs that cannot be read; give name -> arguments that use it and words expected."""
    (folder / "empty.txt").write_bytes(b"")
    (folder / "folder").mkdir()
    (folder / "picture.docx").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    (folder / "locked.docx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512)
    with zipfile.ZipFile(folder / "whole.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>" * 50)
    (folder / "cut.docx").write_bytes((folder / "whole.docx").read_bytes()[:60])
    (folder / "noise.txt").write_bytes(bytes(range(128, 256)) * 4 + b"\xff\xfe\xfd\x81")
    (folder / "plan.txt").write_text(PLAN, encoding="utf-8")
    (folder / "layers").mkdir()
    (folder / "layers" / "catalogue.toml").write_text(
        '[[layer]]\nid = "a"\ntitle = "A"\nrole = "castle"\npath = "a.gpkg"\nstatus = "official"\n'
        'source = "s"\nlicence = "l"\nsensitivity = "open"\n'
        '[[layer]]\nid = "b"\ntitle = "B"\nrole = "red_line"\npath = "b.gpkg"\nstatus = "sure"\n'
        'source = "s"\nlicence = "l"\nsensitivity = "open"\ncolour = "red"\n',
        encoding="utf-8",
    )
    (folder / "missing").mkdir()
    (folder / "missing" / "catalogue.toml").write_text(
        '[[layer]]\nid = "rl"\ntitle = "红线"\nrole = "red_line"\npath = "rl.gpkg"\n'
        'status = "official"\nsource = "s"\nlicence = "l"\nsensitivity = "open"\n',
        encoding="utf-8",
    )
    (folder / "wrong.csv").write_text(
        "\ufeffname,county,kind,lon,lat,datum\n岩口采石场,乐平市,mine/quarry,117.2,29.0,BJ54\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("absent.txt",), ("absent.txt",)),
        (("empty.txt",), ("empty.txt",)),
        (("folder",), ("folder",)),
        (("picture.docx",), ("picture.docx",)),
        (("locked.docx",), ("locked.docx",)),
        (("cut.docx",), ("cut.docx",)),
        (("noise.txt",), ("noise.txt",)),
        (("plan.txt", "--layers", "layers"), ("catalogue.toml", "castle", "sure", "colour")),
        (("plan.txt", "--layers", "missing"), ("rl", "rl.gpkg")),
        (("plan.txt", "--layers", "nowhere"), ("nowhere",)),
        (("plan.txt", "--corrections", "wrong.csv"), ("wrong.csv", "BJ54")),
        (("plan.txt", "--corrections", "absent.xlsx"), ("absent.xlsx",)),
        (("plan.txt", "--gazetteer", "absent.csv"), ("absent.csv",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_message_and_changes_nothing(tmp_path, arguments, words):
    _bad_inputs(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")
    (out / "old.txt").write_text("old", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run("run", *arguments, "-o", "out", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "错误" in done.stderr
    for word in words:
        assert word in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (out / "old.txt").read_text(encoding="utf-8") == "old"


def test_a_gazetteer_is_built_and_searched(tmp_path):
    table = tmp_path / "矿山 (1).csv"
    table.write_text(
        "name,kind,lon,lat,uncertainty_m\n罗家砒采石场,mine/quarry,117.2,29.05,30\n",
        encoding="utf-8",
    )
    built = run("gazetteer", "build", table, "-o", "库.gpkg", cwd=tmp_path)
    assert (built.returncode, built.stdout) == (0, "")
    found = run(
        *("gazetteer", "search", "罗家坻采石场", "--county", "乐平市", "--gazetteer", "库.gpkg"),
        cwd=tmp_path,
    )
    assert found.returncode == 0
    assert "罗家砒采石场" in found.stdout
    assert "一字之差" in found.stdout
    wrong = run("gazetteer", "search", "岩口", "--county", "乌有县", cwd=tmp_path)
    assert wrong.returncode == 1
    assert "乌有县" in wrong.stderr


def test_no_name_is_sent_without_a_yes(tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text(PLAN, encoding="utf-8")
    online = {"GEO_RECTIFY_AMAP_KEY": "x", "GEO_RECTIFY_AMAP_URL": "http://127.0.0.1:9"}
    asked = run(
        "run", plan, "--geocoder", "amap", cwd=tmp_path, env=online, stdin=subprocess.DEVNULL
    )
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert not (tmp_path / "plan_out").exists()
    keyless = run("run", plan, "--geocoder", "baidu", "--yes", cwd=tmp_path)
    assert keyless.returncode == 1
    assert "GEO_RECTIFY_BAIDU_KEY" in keyless.stderr


@pytest.mark.parametrize("other", ["--include-restricted", "--ledger"])
def test_a_public_run_takes_nothing_that_is_not_public(other, tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    options = [other] if other == "--include-restricted" else [other, "ledger.xlsx"]
    done = run("run", "plan.txt", "--public", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert "--public" in done.stderr
