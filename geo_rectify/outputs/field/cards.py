"""cards.html: one A4 page a site, to read on a phone or to print, with blanks to fill."""

from __future__ import annotations

import importlib.resources
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import segno

from geo_rectify.crs import M2_PER_HECTARE, M2_PER_MU, format_degrees, format_dms, wgs84_to_gcj02
from geo_rectify.drawing.markup import (
    demo_mark,
    escape_html,
    highlight_html,
    one_line,
    provenance_line,
    status_mark,
)
from geo_rectify.drawing.symbology import verdict_style
from geo_rectify.outputs._dossiers import Answer, Dossier, dossiers, excerpt
from geo_rectify.vocabulary import Precision, SiteStatus, Verdict, label

if TYPE_CHECKING:
    from pathlib import Path

    from geo_rectify.models import Issue
    from geo_rectify.pipeline import Assessment

_SENTENCE: Final = 240
_LONG_NAME: Final = 60
_LONG_QUOTE: Final = 220
_UNITS: Final = 8
_ISSUES: Final = 3
_NAVIGATION: Final = "https://uri.amap.com/marker"


def write_cards(assessment: Assessment, path: Path) -> None:
    """Write a card for every site but areas concerned as a whole, grouped by county.

    Parameters
    ----------
    assessment
        The run.
    path
        The file: one page that needs no other.
    """
    shown = [dossier for dossier in dossiers(assessment) if not dossier.extent]
    words = _words()
    provenance = provenance_line(assessment)
    mark = demo_mark(assessment.settings)
    groups: dict[str, list[Dossier]] = {}
    for dossier in shown:
        groups.setdefault(dossier.group, []).append(dossier)
    contents = "".join(
        f"<details><summary>{escape_html(county)}（{len(members)}）</summary><ul>"
        + "".join(_entry(member) for member in members)
        + "</ul></details>"
        for county, members in groups.items()
    )
    cards = "".join(
        _card(dossier, words=words, provenance=provenance, mark=mark) for dossier in shown
    )
    style = importlib.resources.files("geo_rectify.outputs.field").joinpath("cards.css")
    flag = f'<span class="mark">{escape_html(mark)}</span>' if mark else ""
    page = (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape_html(words['title'])}</title>"
        f"<style>{style.read_text(encoding='utf-8')}</style></head><body>"
        f'<header class="top"><h1>{escape_html(words["title"])} {flag}</h1>'
        f"<p>{len(shown)}个点位，每点一页，可直接打印。{escape_html(provenance)}</p></header>"
        f'<nav aria-label="目录">{contents}</nav><main>{cards}</main></body></html>\n'
    )
    path.write_text(page, encoding="utf-8", newline="\n")


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    file = importlib.resources.files("geo_rectify.outputs.field").joinpath("cards.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _entry(dossier: Dossier) -> str:
    issues = "、".join(dossier.issue_keys)
    return (
        f'<li><a href="#s{escape_html(dossier.site_id)}">'
        f"{escape_html(issues)} {escape_html(dossier.title)}</a></li>"
    )


def _card(dossier: Dossier, *, words: dict[str, Any], provenance: str, mark: str) -> str:
    parts = (
        _head(dossier, mark=mark),
        _facts(dossier),
        _quote(dossier),
        _issues(dossier),
        _verdicts(dossier),
        _checks(dossier, words=words),
        _form(words),
        f'<p class="foot">编号 {escape_html(dossier.site_id)}；{escape_html(provenance)}</p>',
    )
    return (
        f'<article class="card" id="s{escape_html(dossier.site_id)}" '
        f'data-county="{escape_html(dossier.county)}">{"".join(parts)}</article>'
    )


def _head(dossier: Dossier, *, mark: str) -> str:
    name = one_line(dossier.name)
    long = ' class="long"' if len(name) > _LONG_NAME else ""
    flag = f' <span class="mark">{escape_html(mark)}</span>' if mark else ""
    keys = "、".join(key.rpartition("/")[2] for key in dossier.issue_keys)
    return (
        '<div class="head"><div class="issue"><small>问题</small>'
        f"<b>{escape_html(keys)}</b></div><div><h2{long}>{escape_html(name)}</h2>"
        f"<p>{escape_html(dossier.place)} · {escape_html(label(dossier.kind))} · "
        f"{escape_html(dossier.precision_words)}{flag}</p></div></div>"
    )


def _facts(dossier: Dossier) -> str:
    rows = []
    point = dossier.point
    if point is None:
        rows.append(("位置", f"{escape_html(dossier.reference)}。坐标待测。"))
    else:
        lon, lat = point
        x, y = wgs84_to_gcj02(lon, lat)
        uncertainty = dossier.uncertainty_m
        rows.append(("WGS84 / CGCS2000", _pair(lon, lat, uncertainty)))
        rows.append(
            ("GCJ-02（高德、腾讯）", f"{_pair(float(x), float(y), uncertainty)}（近似换算）")
        )
        rows.append(("误差范围", escape_html(dossier.reference)))
        rows.append(("导航", _navigation(dossier, lon, lat)))
    if dossier.source:
        rows.append(("位置来源", escape_html(dossier.source)))
    if dossier.petitions:
        rows.append(("信访", escape_html(dossier.petition_words)))
    if dossier.area_stated_m2 is not None:
        area = dossier.area_stated_m2
        stated = f"{area / M2_PER_HECTARE:.4f}公顷（{area / M2_PER_MU:.2f}亩）"
        rows.append(("方案所述面积", stated))
    body = "".join(f'<tr><th>{name}</th><td class="num">{cell}</td></tr>' for name, cell in rows)
    code = _code(dossier)
    return (
        f'<section class="where">{code}<table class="facts"><tbody>{body}</tbody></table></section>'
    )


def _pair(lon: float, lat: float, uncertainty: float | None) -> str:
    lon_dms = format_dms(lon, uncertainty_m=uncertainty)
    lat_dms = format_dms(lat, uncertainty_m=uncertainty)
    decimal = (
        f"{format_degrees(lon, uncertainty_m=uncertainty)}, "
        f"{format_degrees(lat, uncertainty_m=uncertainty)}"
    )
    return escape_html(f"东经{lon_dms} 北纬{lat_dms}（{decimal}）")


def _navigation(dossier: Dossier, lon: float, lat: float) -> str:
    name = quote(one_line(dossier.title)[:60], safe="")
    target = f"{_NAVIGATION}?position={lon:.6f},{lat:.6f}&name={name}&coordinate=wgs84&callnative=1"
    note = ""
    if dossier.precision in {Precision.VILLAGE, Precision.TOWNSHIP}:
        note = "（只到大致范围，到后请问路）"
    return f'<a href="{escape_html(target)}" rel="noreferrer">高德导航</a>{note}'


def _code(dossier: Dossier) -> str:
    """Draw the QR code of the navigation link, "" without a position.

    The link names the site by its id: a Chinese name would make the code too fine to scan.
    """
    if dossier.point is None:
        return ""
    position = ",".join(
        format_degrees(value, uncertainty_m=dossier.uncertainty_m) for value in dossier.point
    )
    target = (
        f"{_NAVIGATION}?position={position}&name={quote(dossier.site_id, safe='')}"
        "&coordinate=wgs84&callnative=1"
    )
    drawn = segno.make_qr(target, error="m").svg_inline(scale=2, border=3, omitsize=True)
    return f'<figure class="qr">{drawn}<figcaption>扫码导航（高德）</figcaption></figure>'


def _quote(dossier: Dossier) -> str:
    if dossier.sentence is None or dossier.mention is None or dossier.plan is None:
        return ""
    mention = dossier.mention
    cut = excerpt(dossier.sentence, mention.start, end=mention.end, limit=_SENTENCE)
    before = "…" if cut.start > dossier.sentence.start else ""
    after = "…" if cut.end < dossier.sentence.end else ""
    long = ' class="quote-long"' if len(cut.text) > _LONG_QUOTE else ""
    where = f"{one_line(dossier.plan.source_name)} {mention.locator}"
    return (
        f"<section><h3>方案原文</h3><blockquote{long}>{before}"
        f"{highlight_html(cut, mention.start, end=mention.end)}{after} "
        f"<small>（{escape_html(where)}）</small></blockquote></section>"
    )


def _issues(dossier: Dossier) -> str:
    if not dossier.issues:
        return ""
    rows = "".join(_issue_row(key, issue) for key, issue in dossier.issues[:_ISSUES])
    rest = len(dossier.issues) - _ISSUES
    more = f'<p class="note">另有{rest}个问题涉及本点位，见台账。</p>' if rest > 0 else ""
    units = "、".join(dossier.units[:_UNITS])
    units += f"等{len(dossier.units)}个单位" if len(dossier.units) > _UNITS else ""
    return (
        "<section><h3>问题、时限与责任单位</h3><table><tbody>"
        f"<tr><th>序号</th><th>问题</th><th>整改时限</th></tr>{rows}"
        f'<tr><th>责任单位</th><td colspan="2">{escape_html(units or "—")}</td></tr>'
        f"</tbody></table>{more}</section>"
    )


def _issue_row(key: str, issue: Issue) -> str:
    heading = one_line(issue.heading)
    heading = heading if len(heading) <= _LONG_NAME else f"{heading[:_LONG_NAME]}…"
    deadline = issue.deadline.raw if issue.deadline else "—"
    return (
        f"<tr><td>{escape_html(key)}</td><td>{escape_html(heading)}</td>"
        f"<td>{escape_html(deadline)}</td></tr>"
    )


def _verdicts(dossier: Dossier) -> str:
    compared = [a for a in dossier.answers if a.verdict is not Verdict.NOT_COVERED]
    silent = [a for a in dossier.answers if a.verdict is Verdict.NOT_COVERED]
    if not dossier.answers:
        return '<section><h3>管控区比对</h3><p class="note">尚未比对。</p></section>'
    alike: dict[str, list[Answer]] = {}
    for answer in compared:
        alike.setdefault(answer.words, []).append(answer)
    rows = "".join(_verdict_row(answers) for answers in alike.values())
    table = (
        '<table class="zones"><tbody><tr><th>判定</th><th>管控区</th><th>图层</th></tr>'
        f"{rows}</tbody></table>"
        if rows
        else ""
    )
    names = "、".join(label(answer.zone_class) for answer in silent)
    note = f"{label(Verdict.NOT_COVERED)}：{names}" if names else ""
    below = f'<p class="note">{escape_html(note)}</p>' if note else ""
    return f"<section><h3>管控区比对</h3>{table}{below}</section>"


def _verdict_row(answers: list[Answer]) -> str:
    """Make one row of the classes of which the same is said."""
    style = verdict_style(answers[0].verdict)
    pill = (
        f'<span class="pill" style="background:{style.fill};color:{style.text};'
        f'border-color:{style.stroke}">{escape_html(answers[0].words)}</span>'
    )
    zones = "；".join(_zone_words(answer) for answer in answers)
    layers: dict[str, list[str]] = {}
    for answer in answers:
        if answer.layer_id:
            named = layers.setdefault(status_mark(answer.layer_status), [])
            named.append(f"{one_line(answer.layer_id)} {one_line(answer.layer_version)}")
    shown = "；".join(f"{'、'.join(dict.fromkeys(named))}{mark}" for mark, named in layers.items())
    return (
        f"<tr><td>{pill}</td><td>{escape_html(zones)}</td><td>{escape_html(shown or '—')}</td></tr>"
    )


def _zone_words(answer: Answer) -> str:
    """Name a zone class with the zone that decides and the figures there are."""
    about = [one_line(answer.zone_name)] if answer.zone_name else []
    if answer.overlap_m2 is not None:
        hectares, mu = answer.overlap_m2 / M2_PER_HECTARE, answer.overlap_m2 / M2_PER_MU
        about.append(f"压占{hectares:.4f}公顷（{mu:.2f}亩）")
    elif answer.verdict is Verdict.CLEAR and answer.distance_m is not None:
        about.append(f"最近约{_metres(answer.distance_m)}")
    name = label(answer.zone_class)
    return f"{name}：{'，'.join(about)}" if about else name


def _metres(distance: float) -> str:
    return f"{distance / 1000:.1f}千米" if distance >= 1000 else f"{distance:.0f}米"  # noqa: PLR2004


def check_lines(dossier: Dossier, *, words: dict[str, Any]) -> list[str]:
    """List what to check at a site, from what is known of it and what is not.

    Parameters
    ----------
    dossier
        The site.
    words
        The sentences of ``cards.toml``.

    Returns
    -------
    list of str
        Sentences.
    """
    lines = []
    if dossier.status is SiteStatus.COUNTED:
        lines.append(words["counted"].format(count=dossier.count or "全部"))
    elif dossier.precision is not Precision.SURVEYED:
        lines.append(words["locate"].format(uncertainty=dossier.precision_words))
    lines.append(words["outline"])
    if dossier.relation:
        lines.append(words["relation"].format(relation=one_line(dossier.relation)))
    for verdict in (
        Verdict.CONFLICT,
        Verdict.POSSIBLE,
        Verdict.NOT_DELINEATED,
        Verdict.UNDETERMINED,
    ):
        named = [label(a.zone_class) for a in dossier.answers if a.verdict is verdict]
        if named:
            lines.append(words[verdict.value].replace("{class}", "、".join(named)))
    for claim in dossier.claims:
        stated = f"{claim['subject']} {claim['stated']}{claim['unit'] or ''}"
        lines.append(words["claim"].replace("{claim}", one_line(stated)))
    lines.append(words["photo"])
    return lines


def _checks(dossier: Dossier, *, words: dict[str, Any]) -> str:
    lines = "".join(f"<li>{escape_html(line)}</li>" for line in check_lines(dossier, words=words))
    return f'<section><h3>现场要核实</h3><ul class="checks">{lines}</ul></section>'


@lru_cache(maxsize=4)
def _form_fields(entries: tuple[tuple[str, tuple[str, ...], str], ...]) -> str:
    made = []
    for title, choices, look in entries:
        boxes = "".join(f"<i>□{escape_html(choice)}</i>" for choice in choices)
        made.append(f'<div class="{look}"><b>{escape_html(title)}</b><span>{boxes}</span></div>')
    return f'<section><h3>现场填写</h3><div class="form">{"".join(made)}</div></section>'


def _form(words: dict[str, Any]) -> str:
    entries = tuple(
        (
            entry["label"],
            tuple(entry.get("choices", ())),
            " ".join(name for name in ("wide", "tall") if entry.get(name)),
        )
        for entry in words["form"]
    )
    return _form_fields(entries)
