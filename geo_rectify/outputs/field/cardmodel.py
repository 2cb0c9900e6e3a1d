"""What stands on a site's card, in plain text: the same for HTML, Word and PDF."""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from geo_rectify.crs import M2_PER_HECTARE, M2_PER_MU, format_degrees, format_dms, wgs84_to_gcj02
from geo_rectify.drawing.markup import demo_mark, one_line, provenance_line, status_mark
from geo_rectify.outputs._dossiers import Answer, Dossier, dossiers, excerpt
from geo_rectify.outputs.field.route import Tour, tours
from geo_rectify.outputs.field.sketches import Atlas, Sketch
from geo_rectify.tables import split_list
from geo_rectify.vocabulary import Precision, SiteStatus, Verdict, label

if TYPE_CHECKING:
    import datetime as dt

    from geo_rectify.findings.records import Rule
    from geo_rectify.pipeline import Assessment

_SENTENCE: Final = 240
LONG_NAME: Final = 60
LONG_QUOTE: Final = 220
_UNITS: Final = 8
_ISSUES: Final = 3
_CLAUSES: Final = 3
_LATIN: Final = 0x2E7F
_NAVIGATION: Final = "https://uri.amap.com/marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line about the position; ``link`` is where its text leads, "" for nowhere."""

    title: str
    text: str
    link: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The sentence of the plan, the place in it set off, and where it stands."""

    before: str
    inner: str
    after: str
    where: str

    @property
    def long(self) -> bool:
        """Say whether it needs a smaller hand."""
        return len(self.before) + len(self.inner) + len(self.after) > LONG_QUOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What is said alike of some zone classes: the verdict, its words, the classes, the layers."""

    verdict: Verdict
    words: str
    zones: str
    layers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One field of the form to fill by hand."""

    title: str
    choices: tuple[str, ...] = ()
    wide: bool = False
    tall: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One site's card.

    Attributes
    ----------
    site_id, county, keys, name, place, kind, precision
        The site in words; ``keys`` are the numbers of its issues.
    number
        Its place in the order of visit of its county.
    facts, code
        About the position; ``code`` is the link its QR code holds, "" without a position.
    quote
        The plan's sentence, None for a site without a document.
    issues
        Number, heading and deadline of its first issues; ``more`` says how many follow.
    units
        The responsible units in words.
    verdicts, silent
        What was found in which zones, and what was not compared; both empty where nothing was.
    clauses
        Clauses somebody checked, and a line on those nobody did.
    checks
        What to look at on site.
    locator, detail
        The two maps, None where there is nothing to draw.
    """

    site_id: str
    county: str
    keys: str
    name: str
    place: str
    kind: str
    precision: str
    number: int
    facts: tuple[Fact, ...]
    code: str
    quote: Quote | None
    issues: tuple[tuple[str, str, str], ...]
    more: str
    units: str
    verdicts: tuple[Verdicts, ...]
    silent: str
    clauses: tuple[str, ...]
    checks: tuple[str, ...]
    locator: Sketch | None
    detail: Sketch | None

    @property
    def title(self) -> str:
        """Give the name with its precision."""
        return f"{self.name}【{self.precision}】"

    @property
    def lines(self) -> int:
        """Estimate how many lines its texts need above the form on an A4 page."""
        quoted = self.quote.before + self.quote.inner + self.quote.after if self.quote else ""
        lines = _lines(self.name, 32) + sum(_lines(fact.text, 58) for fact in self.facts)
        lines += _lines(quoted, 66) + 2
        lines += sum(_lines(heading, 54) for _, heading, _ in self.issues) + _lines(self.units, 60)
        lines += sum(max(_lines(row.zones, 30), _lines(row.layers, 27)) for row in self.verdicts)
        lines += sum(_lines(text, 72) for text in (self.silent, "；".join(self.clauses), self.more))
        lines += sum(_lines(text, 64) for text in self.checks)
        return lines + (10 if self.detail else 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBook:
    """All cards of a run in the order of visit, the tours before them, and what stands on each."""

    title: str
    cards: tuple[Card, ...]
    tours: tuple[Tour, ...]
    form: tuple[Blank, ...]
    provenance: str
    mark: str
    as_of: dt.date


def card_book(assessment: Assessment) -> CardBook:
    """Make the card of every site but areas concerned as a whole.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    CardBook
        The cards by county, in the order of visit.
    """
    known = dossiers(assessment)
    ways = tours([site for site in known if not site.extent])
    atlas = Atlas(assessment, known)
    rules = {rule.rule_id: rule for rule in assessment.rules}
    cited = _cited(assessment)
    words = card_words()
    cards = [
        _card(
            stop.site, stop.number, atlas=atlas, rules=_rules(stop.site, cited, rules), words=words
        )
        for tour in ways
        for stop in tour.stops
    ]
    return CardBook(
        title=words["title"],
        cards=tuple(cards),
        tours=ways,
        form=tuple(
            Blank(
                title=entry["label"],
                choices=tuple(entry.get("choices", ())),
                wide=bool(entry.get("wide")),
                tall=bool(entry.get("tall")),
            )
            for entry in words["form"]
        ),
        provenance=provenance_line(assessment),
        mark=demo_mark(assessment.settings),
        as_of=assessment.settings.as_of,
    )


@lru_cache(maxsize=1)
def card_words() -> dict[str, Any]:
    """Give the words of cards.

    Returns
    -------
    dict
        As in ``cards.toml``.
    """
    file = importlib.resources.files("geo_rectify.outputs.field").joinpath("cards.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _card(
    site: Dossier, number: int, *, atlas: Atlas, rules: list[Rule], words: dict[str, Any]
) -> Card:
    units = "、".join(site.units[:_UNITS])
    units += f"等{len(site.units)}个单位" if len(site.units) > _UNITS else ""
    rest = len(site.issues) - _ISSUES
    compared = [answer for answer in site.answers if answer.verdict is not Verdict.NOT_COVERED]
    silent = [answer for answer in site.answers if answer.verdict is Verdict.NOT_COVERED]
    alike: dict[str, list[Answer]] = {}
    for answer in compared:
        alike.setdefault(answer.words, []).append(answer)
    return Card(
        site_id=site.site_id,
        county=site.group,
        keys="、".join(key.rpartition("/")[2] for key in site.issue_keys),
        name=one_line(site.name),
        place=site.place,
        kind=label(site.kind),
        precision=site.precision_words,
        number=number,
        facts=_facts(site),
        code=_code(site),
        quote=_quote(site),
        issues=tuple(_issue(key, issue) for key, issue in site.issues[:_ISSUES]),
        more=f"另有{rest}个问题涉及本点位，见台账。" if rest > 0 else "",
        units=units,
        verdicts=tuple(_verdicts(answers) for answers in alike.values()),
        silent=f"{label(Verdict.NOT_COVERED)}："
        + "、".join(label(answer.zone_class) for answer in silent)
        if silent
        else "",
        clauses=_clauses(rules, words=words),
        checks=tuple(check_lines(site, words=words)),
        locator=atlas.locator(site),
        detail=atlas.detail(site),
    )


def _facts(site: Dossier) -> tuple[Fact, ...]:
    facts = []
    if site.point is None:
        facts.append(Fact(title="位置", text=f"{site.reference}。坐标待测。"))
    else:
        lon, lat = site.point
        x, y = wgs84_to_gcj02(lon, lat)
        unsure = site.uncertainty_m
        shifted = f"{_pair(float(x), float(y), unsure)}（近似换算）"
        name = quote(one_line(site.title)[:60], safe="")
        target = (
            f"{_NAVIGATION}?position={lon:.6f},{lat:.6f}&name={name}&coordinate=wgs84&callnative=1"
        )
        rough = site.precision in {Precision.VILLAGE, Precision.TOWNSHIP}
        facts += [
            Fact(title="WGS84 / CGCS2000", text=_pair(lon, lat, unsure)),
            Fact(title="GCJ-02（高德、腾讯）", text=shifted),
            Fact(title="误差范围", text=site.reference),
            Fact(
                title="导航",
                text="高德导航",
                link=target,
                after="（只到大致范围，到后请问路）" if rough else "",
            ),
        ]
    if site.source:
        facts.append(Fact(title="位置来源", text=one_line(site.source)))
    if site.petitions:
        facts.append(Fact(title="信访", text=site.petition_words))
    if site.area_stated_m2 is not None:
        area = site.area_stated_m2
        stated = f"{area / M2_PER_HECTARE:.4f}公顷（{area / M2_PER_MU:.2f}亩）"
        facts.append(Fact(title="方案所述面积", text=stated))
    return tuple(facts)


def _pair(lon: float, lat: float, uncertainty: float | None) -> str:
    lon_dms = format_dms(lon, uncertainty_m=uncertainty)
    lat_dms = format_dms(lat, uncertainty_m=uncertainty)
    decimal = (
        f"{format_degrees(lon, uncertainty_m=uncertainty)}, "
        f"{format_degrees(lat, uncertainty_m=uncertainty)}"
    )
    return f"东经{lon_dms} 北纬{lat_dms}（{decimal}）"


def _code(site: Dossier) -> str:
    """Give the navigation link a QR code holds, "" without a position.

    The link names the site by its id: a Chinese name would make the code too fine to scan.
    """
    if site.point is None:
        return ""
    position = ",".join(
        format_degrees(value, uncertainty_m=site.uncertainty_m) for value in site.point
    )
    return (
        f"{_NAVIGATION}?position={position}&name={quote(site.site_id, safe='')}"
        "&coordinate=wgs84&callnative=1"
    )


def _quote(site: Dossier) -> Quote | None:
    if site.sentence is None or site.mention is None or site.plan is None:
        return None
    mention = site.mention
    cut = excerpt(site.sentence, mention.start, end=mention.end, limit=_SENTENCE)
    left = max(0, min(len(cut.text), mention.start - cut.start))
    right = max(left, min(len(cut.text), mention.end - cut.start))
    return Quote(
        before=("…" if cut.start > site.sentence.start else "") + cut.text[:left],
        inner=cut.text[left:right],
        after=cut.text[right:] + ("…" if cut.end < site.sentence.end else ""),
        where=f"{one_line(site.plan.source_name)} {mention.locator}".strip(),
    )


def _issue(key: str, issue: Any) -> tuple[str, str, str]:
    heading = one_line(issue.heading)
    heading = heading if len(heading) <= LONG_NAME else f"{heading[:LONG_NAME]}…"
    return key, heading, issue.deadline.raw if issue.deadline else "—"


def _verdicts(answers: list[Answer]) -> Verdicts:
    """Give one row for the classes of which the same is said."""
    layers: dict[str, list[str]] = {}
    for answer in answers:
        if answer.layer_id:
            named = layers.setdefault(status_mark(answer.layer_status), [])
            named.append(f"{one_line(answer.layer_id)} {one_line(answer.layer_version)}")
    shown = "；".join(f"{'、'.join(dict.fromkeys(named))}{mark}" for mark, named in layers.items())
    return Verdicts(
        verdict=answers[0].verdict,
        words=answers[0].words,
        zones="；".join(_zone_words(answer) for answer in answers),
        layers=shown or "—",
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


def _cited(assessment: Assessment) -> dict[str, dict[str, None]]:
    """Gather the ids of the rules each site's flagged findings cite, in order."""
    flagged = {Verdict.CONFLICT.value, Verdict.POSSIBLE.value, Verdict.UNDETERMINED.value}
    findings = assessment.findings
    gathered: dict[str, dict[str, None]] = {}
    for site_id, verdict, cell in zip(
        findings["site_id"], findings["verdict"], findings["rule_ids"], strict=True
    ):
        if verdict in flagged:
            gathered.setdefault(str(site_id), {}).update(dict.fromkeys(split_list(cell)))
    return gathered


def _rules(site: Dossier, cited: dict[str, dict[str, None]], rules: dict[str, Rule]) -> list[Rule]:
    return [rules[rule_id] for rule_id in cited.get(site.site_id, ()) if rule_id in rules]


def _clauses(rules: list[Rule], *, words: dict[str, Any]) -> tuple[str, ...]:
    """Name clauses somebody checked; of the others only how many they are and where they stand."""
    checked = [rule for rule in rules if rule.checked_on is not None]
    lines = [f"{one_line(rule.title)}{one_line(rule.article)}" for rule in checked[:_CLAUSES]]
    if len(checked) > _CLAUSES:
        lines.append(words["clauses_more"].format(count=len(checked) - _CLAUSES))
    unchecked = len(rules) - len(checked)
    if unchecked:
        lines.append(words["clauses_unchecked"].format(count=unchecked))
    return tuple(lines)


def _lines(text: str, width: int) -> int:
    """Count the lines a text takes at so many full characters a line."""
    cells = sum(2 if ord(letter) > _LATIN else 1 for letter in text)
    return -(-cells // (2 * width))


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
