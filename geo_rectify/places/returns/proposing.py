"""What the rows that came back would change: taken, left out with a reason, or the same as before.

Nothing is lost: what is not taken stands among the rejects with its reason, and is read again once
that is mended. A point nobody moved is no correction: else every village-level point of a file that
came back whole would count as surveyed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from geo_rectify.crs import areas_m2, distance_m, format_degrees, gcj02_to_bd09, wgs84_to_gcj02
from geo_rectify.places.corrections import correction_of
from geo_rectify.places.kinds import precision_of
from geo_rectify.places.returns.matching import FOOTPRINT_WORDS, SAME_M, Asked, KnownSite, SiteIndex
from geo_rectify.places.returns.records import Medium, Returned
from geo_rectify.regions import widened_polygon
from geo_rectify.tables import CORRECTIONS, frame_of
from geo_rectify.vocabulary import CorrectionAction, label, precision_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.corrections import Row
    from geo_rectify.places.records import Located

WITHIN_M: Final = 300.0
"""How far a nameless position may lie from the site it speaks of, metres."""
PHOTO_M: Final = 100.0
"""Error of a site placed where its photo was taken, metres."""
_SAME_SHARE: Final = 0.001
_SHIFT_M: Final = 40.0
_SEVERAL: Final = 2
_OFTEN: Final = ("GCJ-02", "WGS84", "BD-09")
_ANSWERS: Final = ("built", "approval", "before_delineation", "state", "photos", "note")
_LIKE: Final = tuple(name for name in CORRECTIONS.names if name != "origin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One correction that would be written.

    Attributes
    ----------
    correction
        Its cells (`tables.CORRECTIONS`) and geometry.
    name
        The site, in words.
    how
        By what it was matched.
    old, new
        Where the site stands, and where it would.
    moved_m
        How far that is, None where one of them has no position.
    notes
        What to look at.
    """

    correction: dict[str, Any]
    name: str
    how: str
    old: str = ""
    new: str = ""
    moved_m: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an import would do.

    Attributes
    ----------
    changes
        What would be written, in order.
    rejects
        Rows not taken, each with its reason.
    unchanged
        How many rows say nothing new.
    notes
        Sentences on what was seen over several rows.
    """

    changes: tuple[Change, ...]
    rejects: tuple[tuple[Returned, str], ...]
    unchanged: int
    notes: tuple[str, ...]

    @property
    def corrections(self) -> gpd.GeoDataFrame:
        """Give `tables.CORRECTIONS` in EPSG:4490."""
        made = frame_of([change.correction for change in self.changes], CORRECTIONS)
        return gpd.GeoDataFrame(made)

    @property
    def table(self) -> pd.DataFrame:
        """Give what would change as a table: name, how, old, new, moved, who, origin."""
        rows = [
            {
                "name": change.name,
                "how": change.how,
                "old": change.old,
                "new": change.new,
                "moved": "" if change.moved_m is None else _metres(change.moved_m),
                "who": " ".join(
                    part for part in (change.correction["by"], change.correction["date"]) if part
                ),
                "origin": change.correction["origin"],
                "notes": "；".join(change.notes),
            }
            for change in self.changes
        ]
        names = ["name", "how", "old", "new", "moved", "who", "origin", "notes"]
        return pd.DataFrame(rows, columns=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A row whose cells could be read and whose site is known."""

    returned: Returned
    correction: dict[str, Any]
    site: KnownSite
    how: str


def propose(
    returned: Sequence[Returned],
    located: Located,
    *,
    within_m: float = WITHIN_M,
    uncertainty_m: float | None = None,
    by: str = "",
    photo_positions: bool = False,
) -> Proposal:
    """Say what rows that came back would change in a run.

    Parameters
    ----------
    returned
        The rows, each position with its datum.
    located
        Sites and footprints of the run they belong to.
    within_m
        How far a nameless position may lie from its site, metres.
    uncertainty_m
        Error of positions whose row states none, metres; None takes that of corrections.
    by
        Who it was, where a row says nothing.
    photo_positions
        Whether a site not known to village level may be placed where its photo was taken.

    Returns
    -------
    Proposal
        Changes and rejects.
    """
    read, changes, rejects = _matched(
        returned, SiteIndex(located), within_m=within_m, filled=_Said(uncertainty_m, by)
    )
    read, shifted, notes = _without_shifted(read)
    rejects.extend(shifted)
    shapes = dict(zip(located.footprints["site_id"], located.footprints.geometry, strict=True))
    photos: dict[str, list[_Read]] = defaultdict(list)
    unchanged = 0
    for one in read:
        if one.returned.medium is Medium.PHOTO:
            photos[one.site.site_id].append(one)
        elif FOOTPRINT_WORDS not in str(one.returned.row.cells.get("name", "")):
            change = _change(one)
            changes.extend([change] if change else [])
            unchanged += change is None
        elif _alike(one.correction["geometry"], shapes.get(one.site.site_id)):
            unchanged += 1
        else:
            rejects.append((one.returned, "误差范围不是轮廓，不作点位；实际范围请另画"))
    changes.extend(_photographed(group, placing=photo_positions) for group in photos.values())
    kept, twice = _once(changes)
    return Proposal(
        changes=tuple(kept),
        rejects=tuple(rejects),
        unchanged=unchanged + twice,
        notes=(*notes, *_opinions(kept)),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said of the import as a whole: the error of positions, and who it was."""

    uncertainty_m: float | None
    by: str


def _matched(
    returned: Sequence[Returned], index: SiteIndex, *, within_m: float, filled: _Said
) -> tuple[list[_Read], list[Change], list[tuple[Returned, str]]]:
    """Bring rows to their sites; forms that name a place of another run are kept as they are."""
    read: list[_Read] = []
    kept: list[Change] = []
    rejects: list[tuple[Returned, str]] = []
    for each in returned:
        if each.refused:
            rejects.append((each, each.refused))
            continue
        faults, made = correction_of(_filled(each, filled), anonymous=True)
        if faults:
            rejects.append((each, "；".join(fault.chinese.rstrip("。") for fault in faults)))
            continue
        match = index.match(_asked(each, made), within_m=within_m)
        if match.site is not None:
            read.append(_Read(returned=each, correction=made, site=match.site, how=match.how))
        elif each.medium is Medium.FORM and (made["site_id"] or made["name"]):
            name = made["name"] or made["site_id"]
            how = "未对应，原样保留"
            kept.append(Change(correction=made, name=name, how=how, notes=(match.why,)))
        else:
            rejects.append((each, match.why))
    return read, kept, rejects


def _filled(each: Returned, said: _Said) -> Row:
    """Give the row with what was said of the import as a whole."""
    cells = dict(each.row.cells)
    if said.by and not cells.get("by"):
        cells["by"] = said.by
    if each.medium is Medium.CARRIER:
        # the error a file carries is that of the place before it was moved
        cells.pop("uncertainty_m", None)
    if said.uncertainty_m is not None and each.placed and not cells.get("uncertainty_m"):
        cells["uncertainty_m"] = said.uncertainty_m
    return replace(each.row, cells=cells)


def _asked(each: Returned, made: dict[str, Any]) -> Asked:
    loose = each.medium is Medium.PHOTO
    return Asked(
        site_id=made["site_id"],
        name=made["name"],
        county=made["county"],
        issue=each.issue,
        point=made["geometry"],
        loose=loose,
    )


def _change(one: _Read) -> Change | None:
    """Give what a row would change, None where it says nothing new."""
    made, site = dict(one.correction), one.site
    shape: BaseGeometry | None = made["geometry"]
    carried = one.returned.medium is Medium.CARRIER
    answered = any(made[name] for name in _ANSWERS if name != "note") or bool(
        one.returned.row.cells.get("note")
    )
    if carried and shape is not None and _alike(shape, site.geometry):
        shape = made["geometry"] = None
        made["uncertainty_m"] = None
        made["note"] = str(one.returned.row.cells.get("note") or "")
        made["datum"] = ""
    if shape is None and carried and not answered:
        return None
    return _told(one, made)


def _told(one: _Read, made: dict[str, Any]) -> Change:
    site = one.site
    made |= {"site_id": site.site_id, "name": site.name, "county": site.county, "kind": site.kind}
    shape: BaseGeometry | None = made["geometry"]
    notes = [made["note"]] if made["note"] else []
    moved = None
    if shape is not None:
        if site.geometry is not None:
            moved = distance_m(_middle(site.geometry), _middle(shape))
        codes = [code for code in site.adcode.split("|") if code]
        if codes and not any(shapely.intersects(widened_polygon(c), shape) for c in codes):
            notes.append(f"位置在{site.county.replace('|', '、')}界外，请核对坐标系")
    action = CorrectionAction(made["action"])
    if action is not CorrectionAction.SET:
        new = f"{label(action)} {made['candidate']}"
    elif shape is None:
        new = "位置不变，只记现场信息"
    else:
        new = _words(shape, made["uncertainty_m"])
    return Change(
        correction=made,
        name=f"{site.name}（{site.county.replace('|', '、') or '县待核'}）",
        how=one.how,
        old=_old(site),
        new=new,
        moved_m=moved,
        notes=tuple(notes),
    )


def _old(site: KnownSite) -> str:
    shown = precision_label(site.precision, site.uncertainty_m)
    if site.geometry is None:
        return shown
    return f"{shown} {_digits(site.geometry, site.uncertainty_m)}"


def _words(shape: BaseGeometry, uncertainty_m: float | None) -> str:
    unsure = float(uncertainty_m or 0)
    shown = precision_label(precision_of(unsure, measured=True), unsure)
    what = "" if shape.geom_type == "Point" else "轮廓 "
    return f"{shown} {what}{_digits(shape, unsure)}"


def _digits(shape: BaseGeometry, uncertainty_m: float | None) -> str:
    at = _middle(shape)
    pair = (float(shapely.get_x(at)), float(shapely.get_y(at)))
    return ", ".join(format_degrees(value, uncertainty_m=uncertainty_m) for value in pair)


def _middle(shape: BaseGeometry) -> BaseGeometry:
    return shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)


def _alike(shape: BaseGeometry | None, old: BaseGeometry | None) -> bool:
    """Say whether a shape came back as it went out, but for rounding and a datum's way back."""
    if shape is None or old is None:
        return False
    if shape.geom_type == "Point":
        return distance_m(shape, _middle(old)) <= SAME_M
    if old.geom_type == "Point" or not (shape.is_valid and old.is_valid):
        return False
    apart = float(areas_m2([shapely.symmetric_difference(shape, old)])[0])
    return apart <= max(_SAME_SHARE * float(areas_m2([old])[0]), SAME_M * SAME_M)


def _photographed(group: Sequence[_Read], *, placing: bool) -> Change:
    """Join the photos of a site into one correction, which moves it only where that was asked."""
    first = group[0]
    site = first.site
    made = dict(first.correction)
    made["photos"] = "|".join(dict.fromkeys(one.correction["photos"] for one in group))
    made["date"] = max(one.correction["date"] for one in group)
    made["origin"] = "、".join(dict.fromkeys(one.correction["origin"] for one in group))
    taken = [one for one in group if one.correction["geometry"] is not None]
    said = [str(one.returned.row.cells.get("note") or "") for one in group]
    coarse = site.geometry is None or (site.uncertainty_m or 0) > 2000  # noqa: PLR2004 - village level
    if taken and not coarse:
        far = [_apart(site, one.correction["geometry"]) for one in taken]
        said.append(f"拍照位置距现有点位{_metres(min(far))}，点位不动")
    if taken and placing and coarse:
        made["geometry"] = taken[0].correction["geometry"]
        made["uncertainty_m"] = PHOTO_M
        said.append(f"按拍照位置定点，误差按{PHOTO_M:.0f}米计")
    else:
        if taken and coarse:
            at = _digits(taken[0].correction["geometry"], PHOTO_M)
            said.append(f"拍照位置{at}（CGCS2000），未作点位（--photo-positions 可采用）")
        made["geometry"] = made["uncertainty_m"] = None
        made["datum"] = ""
    made["note"] = "；".join(dict.fromkeys(part for part in said if part))
    return _told(first, made)


def _apart(site: KnownSite, shape: BaseGeometry) -> float:
    return 0.0 if site.geometry is None else distance_m(site.geometry, shape)


def _without_shifted(
    read: Sequence[_Read],
) -> tuple[list[_Read], list[tuple[Returned, str]], list[str]]:
    """Set files apart whose points all lie off by the shift of another datum."""
    suspect: dict[str, list[_Read]] = defaultdict(list)
    moved: Counter[str] = Counter()
    for one in read:
        shape, old = one.correction["geometry"], one.site.geometry
        if shape is None or old is None or one.returned.medium is Medium.PHOTO:
            continue
        if distance_m(_middle(shape), _middle(old)) <= SAME_M:
            continue
        moved[one.returned.row.file] += 1
        if _is_shift(_middle(old), _middle(shape)):
            suspect[one.returned.row.file].append(one)
    bad: dict[str, str] = {}
    rejects: list[tuple[Returned, str]] = []
    notes: list[str] = []
    for file, group in suspect.items():
        said = group[0].correction["datum"]
        if len(group) < _SEVERAL or len(group) * 2 < moved[file]:
            notes.extend(
                f"{one.correction['origin']}（{one.site.name}）：移动的距离和方向与坐标偏移一致，"
                f"请核对坐标系是否真是{said}"
                for one in group
            )
            continue
        others = "、".join(word for word in _OFTEN if word != said)
        notes.append(
            f"{file}：{len(group)}个点的移动都与坐标偏移一致，坐标系多半不是{said}，没有采用；"
            f"请改用 --datum {file}=…（{others}之一）再导入一次"
        )
        bad[file] = f"同一文件中{len(group)}个点的移动与坐标偏移一致，疑坐标系不是{said}"
    kept = []
    for one in read:
        file = one.returned.row.file
        if file in bad and one.correction["geometry"] is not None:
            rejects.append((one.returned, bad[file]))
        else:
            kept.append(one)
    return kept, rejects, notes


def _is_shift(old: BaseGeometry, new: BaseGeometry) -> bool:
    lon, lat = float(shapely.get_x(old)), float(shapely.get_y(old))
    x, y = float(shapely.get_x(new)), float(shapely.get_y(new))
    for start, end in (((lon, lat), new), ((x, y), old)):
        gcj = [float(value) for value in wgs84_to_gcj02(*start)]
        bd = [float(value) for value in gcj02_to_bd09(*gcj)]
        half = [float(value) for value in gcj02_to_bd09(*start)]
        if any(distance_m(shapely.Point(pair), end) <= _SHIFT_M for pair in (gcj, bd, half)):
            return True
    return False


def _once(changes: Sequence[Change]) -> tuple[list[Change], int]:
    """Leave out what was said before in the very same words and place."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for change in changes:
        made = change.correction
        shape = made["geometry"]
        place = "" if shape is None else shapely.to_wkt(shape, rounding_precision=6)
        key = (*(str(made.get(name) or "") for name in _LIKE if name != "datum"), place)
        if key not in seen:
            seen.add(key)
            kept.append(change)
    return kept, len(changes) - len(kept)


def _opinions(changes: Sequence[Change]) -> list[str]:
    """Say where several rows put one site in different places."""
    placed: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.correction["geometry"] is not None and change.correction["site_id"]:
            placed[change.correction["site_id"]].append(change)
    notes = []
    for group in placed.values():
        shapes = [change.correction["geometry"] for change in group]
        apart = max(distance_m(_middle(shapes[0]), _middle(shape)) for shape in shapes)
        if len(group) < _SEVERAL or apart <= SAME_M:
            continue
        said = "、".join(
            " ".join(
                p for p in (c.correction["origin"], c.correction["by"], c.correction["date"]) if p
            )
            for c in group
        )
        latest = max(enumerate(group), key=lambda pair: (pair[1].correction["date"], pair[0]))[1]
        notes.append(
            f"{group[0].name}：有{len(group)}处不同意见（{said}），相距{_metres(apart)}，都写入；"
            f"运行时采用{latest.correction['origin']}，其余记入 corrections_log.csv"
        )
    return notes


def _metres(metres: float) -> str:
    return f"{metres:.0f}米" if metres < 1000 else f"{metres / 1000:.1f}千米"  # noqa: PLR2004 - of a kilometre
