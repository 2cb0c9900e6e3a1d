"""Which site a row speaks of: by id, else by name, else by where it lies; never by a guess.

A name may be borne by several sites: the county, the issue and the county the position lies in
tell them apart, or the row is ambiguous and not taken. Distance speaks only for rows that bear no
name of their own, and only of sites known to street level or better.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.crs import distance_m
from geo_rectify.places.names import normalise, short_county
from geo_rectify.regions import widened_polygon
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import DEMO_MARK, Precision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geo_rectify.places.records import Located

FOOTPRINT_WORDS: Final = "位置误差范围"
SAME_M: Final = 1.5
"""Positions closer than this are the same, but for rounding and a datum's way back; metres."""
_OUTLINE_WORDS: Final = "实测轮廓"
_FINE: Final = frozenset({Precision.SURVEYED, Precision.FEATURE, Precision.STREET})
_NAMELESS: Final = re.compile(
    r"(?i)(?:wpt|waypoint|poi|pin|point|placemark|untitled|track|img|dsc|pxl|mmexport|wx_camera|"
    r"微信图片|标记|标注|标签|航点|兴趣点|我的位置|未命名|新建|点|轨迹)*(?:地标|点|标签)?[\W_\d]*"
)
_METRES_A_DEGREE: Final = 90_000.0
_SHORTEST: Final = 2
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSite:
    """A site of the run, as far as matching needs it."""

    site_id: str
    name: str
    county: str
    kind: str
    adcode: str
    precision: Precision
    uncertainty_m: float | None
    geometry: BaseGeometry | None
    words: frozenset[str]
    issues: frozenset[str]

    @property
    def shown(self) -> str:
        """Name the site with its county."""
        return f"{self.name}（{self.county or '县待核'}，{self.site_id}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a row says of the place it speaks of; ``point`` in EPSG:4490.

    ``loose`` is set for names of files, which may hold more than the site's id or name.
    """

    site_id: str = ""
    name: str = ""
    county: str = ""
    issue: str = ""
    point: BaseGeometry | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The site, or None and why; ``how`` says by what it was found."""

    site: KnownSite | None
    how: str = ""
    why: str = ""


class SiteIndex:
    """The sites of a run, to be asked by id, name and position."""

    def __init__(self, located: Located) -> None:
        """Index the sites of a run."""
        frame = located.sites
        records = frame.drop(columns=frame.geometry.name).to_dict("records")
        self.sites = [
            _known(record, shape) for record, shape in zip(records, frame.geometry, strict=True)
        ]
        self._by_id = {site.site_id: site for site in self.sites}
        self._by_word: dict[str, list[KnownSite]] = {}
        for site in self.sites:
            for word in site.words:
                self._by_word.setdefault(word, []).append(site)
        self._near = [
            (site, site.geometry)
            for site in self.sites
            if site.geometry is not None and site.precision in _FINE
        ]
        self._tree = shapely.STRtree([shape for _, shape in self._near])

    def match(self, asked: Asked, *, within_m: float) -> Match:
        """Find the site a row speaks of.

        Parameters
        ----------
        asked
            What the row says.
        within_m
            How far a nameless position may lie from its site, metres.

        Returns
        -------
        Match
            The site and how it was found, or why there is none.
        """
        if asked.site_id in self._by_id:
            return Match(site=self._by_id[asked.site_id], how="编号")
        if asked.loose:
            written = [self._by_id[word] for word in self._by_id if word and word in asked.name]
            if len(written) == 1:
                return Match(site=written[0], how="文件名中的编号")
        moved = f"本次没有编号{asked.site_id}；" if asked.site_id else ""
        if not _nameless(asked.name):
            named = self._named(asked)
            if named.site is not None:
                how = f"{named.how}（编号{asked.site_id}已变）" if moved else named.how
                return Match(site=named.site, how=how)
            if named.why or not asked.loose:
                nearest = self._nearest_words(asked.point)
                why = named.why or f"本次没有名为“{asked.name[:60]}”的点位{nearest}"
                return Match(site=None, why=f"{moved}{why}")
        if asked.point is None:
            return Match(site=None, why=f"{moved}没有编号、名称，也没有位置")
        return self._close(asked.point, within_m=within_m)

    def _named(self, asked: Asked) -> Match:
        word = key_of(asked.name)
        found = self._by_word.get(word, [])
        if not found and asked.loose:
            held = [w for w in self._by_word if len(w) > _SHORTEST and w in word]
            longest = max(map(len, held), default=0)
            found = [s for w in held if len(w) == longest for s in self._by_word[w]]
        found = list({site.site_id: site for site in found}.values())
        if not found:
            return Match(site=None)
        how = "名称"
        wanted = {short_county(part) for part in re.split(r"[|、]", asked.county) if part}
        if wanted:
            held_in = [s for s in found if wanted & _counties(s)]
            other = not held_in and all(_counties(s) for s in found)
            if other and not asked.loose:
                names = "、".join(s.shown for s in found[:_SHOWN])
                return Match(site=None, why=f"名称相同的点位在别的县：{names}；县或名称请核对")
            found, how = (held_in, "名称、县") if held_in else (found, how)
        if len(found) > 1 and asked.issue:
            same = [site for site in found if asked.issue in site.issues]
            found, how = (same, f"{how}、问题") if same else (found, how)
        if len(found) > 1 and asked.point is not None:
            still = [s for s in found if _stands(s, asked.point)]
            found, how = (still, f"{how}、位置") if still else (found, how)
        if len(found) > 1 and asked.point is not None:
            inside = [s for s in found if _holds(s, asked.point)]
            found, how = (inside, f"{how}、位置所在县") if inside else (found, how)
        if len(found) == 1:
            return Match(site=found[0], how=how)
        names = "、".join(site.shown for site in found[:_SHOWN])
        return Match(
            site=None, why=f"有{len(found)}个同名点位，不能确定是哪一个：{names}；请填写编号或县"
        )

    def _close(self, point: BaseGeometry, *, within_m: float) -> Match:
        near = self._within(point, within_m)
        if len(near) == 1:
            metres, site = near[0]
            return Match(site=site, how=f"距离{metres:.0f}米")
        if not near:
            why = f"没有名称，{within_m:.0f}米内也没有已定位的点位{self._nearest_words(point)}"
            return Match(site=None, why=why)
        names = "、".join(f"{site.shown}{metres:.0f}米" for metres, site in near[:_SHOWN])
        return Match(
            site=None,
            why=f"没有名称，{within_m:.0f}米内有{len(near)}个点位，不能确定是哪一个：{names}",
        )

    def _within(self, point: BaseGeometry, metres: float) -> list[tuple[float, KnownSite]]:
        found = self._tree.query(point.buffer(metres / _METRES_A_DEGREE))
        near = [(distance_m(self._near[at][1], point), self._near[at][0]) for at in found]
        return sorted(
            ((far, site) for far, site in near if far <= metres),
            key=lambda pair: (pair[0], pair[1].site_id),
        )

    def _nearest_words(self, point: BaseGeometry | None) -> str:
        if point is None or not self._near:
            return ""
        site, shape = self._near[int(self._tree.nearest(point))]
        return f"，最近的是{site.shown}{_far(distance_m(shape, point))}"


def key_of(name: str) -> str:
    """Give the spelling of a name that is compared; what our files add to names goes.

    Parameters
    ----------
    name
        A name as it came back.

    Returns
    -------
    str
        Without precision, the mark of an example and the words of outlines.
    """
    plain = name.replace(DEMO_MARK, "").strip()
    for words in (_OUTLINE_WORDS, FOOTPRINT_WORDS):
        plain = plain.removesuffix(words).strip()
    return normalise(plain).replace("_", "")


def _known(record: dict[Any, Any], shape: BaseGeometry | None) -> KnownSite:
    def text(name: str) -> str:
        cell = record.get(name)
        return "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - NaN

    names = [text("name"), *split_list(text("aliases"))]
    unsure = record.get("uncertainty_m")
    return KnownSite(
        site_id=text("site_id"),
        name=text("name"),
        county=text("county"),
        kind=text("kind"),
        adcode=text("adcode"),
        precision=Precision(record["precision"]),
        uncertainty_m=None if unsure is None or unsure != unsure else float(unsure),  # noqa: PLR0124 - NaN
        geometry=None if shape is None or shape.is_empty else shape,
        words=frozenset(key_of(name) for name in names if key_of(name)),
        issues=frozenset(split_list(text("issue_numbers"))),
    )


def _counties(site: KnownSite) -> set[str]:
    return {short_county(part) for part in site.county.split("|") if part}


def _nameless(name: str) -> bool:
    return not name.strip() or _NAMELESS.fullmatch(name.strip()) is not None


def _stands(site: KnownSite, point: BaseGeometry) -> bool:
    """Say whether a point is where the site stood when it went out."""
    return site.geometry is not None and distance_m(site.geometry, point) <= SAME_M


def _holds(site: KnownSite, point: BaseGeometry) -> bool:
    codes: Sequence[str] = [code for code in site.adcode.split("|") if code]
    return any(shapely.intersects(widened_polygon(code), point) for code in codes)


def _far(metres: float) -> str:
    return f"{metres:.0f}米" if metres < 1000 else f"{metres / 1000:.1f}千米"  # noqa: PLR2004 - of a kilometre
