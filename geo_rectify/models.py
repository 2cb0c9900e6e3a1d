"""Frozen records that travel between the rooms.

Offsets are Unicode code points, half-open, into ``Plan.text`` (written as ``plan.txt``).
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclass fields are resolved at run time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from geo_rectify.vocabulary import (
    AcceptanceMode,
    DeadlineKind,
    DocumentType,
    PlaceType,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SITE_ROLES = frozenset({Role.SITE, Role.EXTENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph or table cell of the input, with where it stood.

    ``locator`` says the place in words: ``第12段``, ``第3页``, ``表1第2行第3列``.
    """

    start: int
    end: int
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of the plan's text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDeadline:
    """An issue's deadline: the last day of the period, or what is said instead of one."""

    raw: str
    start: int
    end: int
    date: dt.date | None = None
    from_date: dt.date | None = None
    immediate: bool = False
    long_term: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDeadline:
    """A dated point of one measure."""

    raw: str
    start: int
    end: int
    date: dt.date
    kind: DeadlineKind = DeadlineKind.BY


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of an issue; ``position`` counts from 1, ``number`` is what the text prints."""

    position: int
    number: int | None
    text: str
    start: int
    end: int
    deadlines: tuple[MeasureDeadline, ...] = ()
    units: tuple[str, ...] = ()
    lead_units: tuple[str, ...] = ()
    supporting_units: tuple[str, ...] = ()
    units_raw: str = ""
    units_start: int | None = None
    units_end: int | None = None
    immediate: bool = False
    recurring: bool = False
    number_raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceUnit:
    """A unit that accepts an issue, and the positions of its measures (None: all)."""

    unit: str
    measures: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Who accepts an issue as rectified (验收单位)."""

    raw: str
    start: int
    end: int
    mode: AcceptanceMode
    units: tuple[AcceptanceUnit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A quantity the plan states: 86处, 1200余亩, 13.6亩."""

    subject: str
    value: float
    approx: bool
    unit: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of a plan's self-check."""

    code: str
    message: str
    issue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading that groups issues."""

    number: int
    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A labelled remark on an issue that is none of its parts: 受理编号, 是否属实, 督察来源."""

    label: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """A petition (信访件) as a public table has it, names of persons and phone numbers masked.

    Every field is None where the table does not have it. Offsets point into the plan's text; the
    masked words are as long as those they stand for.

    Attributes
    ----------
    number
        受理编号.
    batch
        批次, of the table's own title where no column has it.
    district
        行政区域.
    pollution
        污染类型.
    problem
        反映问题.
    verified
        是否属实, as printed.
    investigation
        核实情况.
    handling
        处理整改.
    state
        办结状态, as printed.
    accountability
        追责情况.
    repeated
        重复件: what is said of an earlier petition on the same matter.
    """

    number: Passage | None = None
    batch: Passage | None = None
    district: Passage | None = None
    pollution: Passage | None = None
    problem: Passage | None = None
    verified: Passage | None = None
    investigation: Passage | None = None
    handling: Passage | None = None
    state: Passage | None = None
    accountability: Passage | None = None
    repeated: Passage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a public notice (销号公示) says of itself, persons and phone numbers masked.

    Attributes
    ----------
    period
        公示期, as printed; None where none is told.
    begins, ends
        First and last day of it, None where not told.
    contact
        Whom to turn to, names and numbers masked.
    """

    period: Passage | None = None
    begins: dt.date | None = None
    ends: dt.date | None = None
    contact: Passage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """An inspection a document answers (督察来源).

    Attributes
    ----------
    name
        As printed, its round in front where the document tells it elsewhere.
    level
        中央, 省级, 市级 or 县级; "" where untold.
    round
        轮次, for example 第二轮; "" where untold.
    year
        Its year where the name has one.
    began, ended
        The days on which the inspectors came and left, None where untold.
    feedback
        The day of their feedback (反馈), None where untold.
    """

    name: str
    level: str = ""
    round: str = ""
    year: int | None = None
    began: dt.date | None = None
    ended: dt.date | None = None
    feedback: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue (问题) of a plan with its goal, deadline, measures and acceptance."""

    number: int
    number_raw: str
    section: int | None
    heading: str
    heading_kind: str
    start: int
    end: int
    problem: Passage
    goal: Passage | None = None
    deadline: IssueDeadline | None = None
    measures: tuple[Measure, ...] = ()
    responsible_person: Passage | None = None
    acceptance: Acceptance | None = None
    figures: tuple[Figure, ...] = ()
    irregularities: tuple[str, ...] = ()
    completion: Passage | None = None
    asides: tuple[Aside, ...] = ()
    petition: Petition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One document as read: its text, where things stand, and its issues.

    Attributes
    ----------
    doc_id
        First 12 hex digits of the SHA-256 of the input file.
    source_name
        File name of the input, without its folder.
    text
        The decoded text, character for character; every offset points into it.
    document_type, reason
        What the document is, and what said so.
    issues
        The issues in order; empty for anything that is no rectification plan.
    list_start
        Offset at which the list of issues begins, None without a list.
    inspection
        Which inspection the document answers (督察来源), with its round where told, several joined
        with 、; "" where untold.
    inspections
        The same, one by one.
    notice
        What a public notice says of itself; None for anything else.
    """

    doc_id: str
    source_name: str
    sha256: str
    title: str
    text: str
    document_type: DocumentType
    reason: str
    blocks: tuple[Block, ...] = ()
    list_start: int | None = None
    inspection: str = ""
    inspections: tuple[Inspection, ...] = ()
    notice: Notice | None = None
    sections: tuple[Section, ...] = ()
    issues: tuple[Issue, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A span of a plan that names a place.

    Attributes
    ----------
    mention_id
        ``doc_id:start-end``.
    issue, section
        Number of the issue and section, None outside the issues.
    field
        ``problem``, ``goal``, ``measure N`` (N is the measure's position) or ``body``.
    surface, normalised
        The words as written, and the place's canonical name.
    county
        As the text gives it: a county, a development zone, or the prefecture; "" where unknown.
    county_basis
        How the county is known: ``text``, ``unit of the measure``,
        ``unit or text elsewhere in the issue``, ``document``, ``gazetteer``, ``prefecture only``.
    named
        False for unnamed but counted or definite places (86处).
    group
        Key shared by the members of one enumeration, "" outside one.
    multiplicity, count
        ``86处`` and 86 for a counted set, "" and None else.
    area_stated_m2
        Area the text states for a counted set, square metres.
    relation
        Words that set the site off from the named place: 上游, 沿线, 东侧, 附近.
    locator
        Page, paragraph or cell of the input.
    """

    mention_id: str
    doc_id: str
    issue: int | None
    section: int | None
    field: str
    start: int
    end: int
    surface: str
    normalised: str
    type: PlaceType
    role: Role
    county: str = ""
    county_basis: str = ""
    named: bool = True
    group: str = ""
    multiplicity: str = ""
    count: int | None = None
    area_stated_m2: float | None = None
    relation: str = ""
    locator: str = ""
    site_id: str = ""

    @property
    def site(self) -> bool:
        """Say whether the problem or the work is at this place."""
        return self.role in SITE_ROLES


def issue_key(doc_id: str, number: int | None, *, several: bool) -> str:
    """Give the key of an issue in tables and evidence.

    Parameters
    ----------
    doc_id
        Id of the document.
    number
        Number of the issue, None outside the issues.
    several
        Whether the run has several documents.

    Returns
    -------
    str
        ``23``, or ``doc_id/23`` with several documents; "" or ``doc_id/`` without a number.
    """
    shown = "" if number is None else str(number)
    return f"{doc_id}/{shown}" if several else shown


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMember:
    """One row of a register that was joined to an issue.

    Attributes
    ----------
    site_id
        The site it makes, or is.
    name, origin
        What it is called, and where in the file it stands: ``第3行``.
    listed_m2, drawn_m2
        The area the register writes, and that of its outline; None without.
    inside
        Whether it lies in the area the set is said to be in; None without a position.
    county
        The county it lies in, as the map has it; "" without a position.
    attributes
        The cells of the columns that may be counted, by heading.
    """

    site_id: str
    name: str
    origin: str
    listed_m2: float | None = None
    drawn_m2: float | None = None
    inside: bool | None = None
    county: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register (清单、名录) joined to an issue and, where it has one, to its counted set.

    Attributes
    ----------
    source_name, sha256
        The file.
    doc_id, issue
        The issue it belongs to.
    set_id, set_name
        The counted set it lists, "" where the issue counts none.
    area
        The county or prefecture the set is said to be in, in words.
    members
        Its rows, in order.
    spoken
        How the text words what a column says (``水保方案`` for a column 水土保持方案), by heading.
    notes
        Sentences on what was understood, joined or left out.
    """

    source_name: str
    sha256: str
    doc_id: str
    issue: int
    set_id: str
    set_name: str
    area: str
    members: tuple[RegisterMember, ...]
    spoken: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What part of a run is written.

    Attributes
    ----------
    county
        The county or development zone, "" for all.
    adcodes
        Codes of the county, or of the counties the zone lies in.
    issues
        Keys of the issues asked for, empty for all.
    unplaced
        How many sites are left out because nothing says in which county they lie.
    """

    county: str = ""
    adcodes: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    unplaced: int = 0

    @property
    def whole(self) -> bool:
        """Say whether nothing is left out."""
        return not self.county and not self.issues


def with_members(mentions: Sequence[Mention], registers: Sequence[Register]) -> tuple[Mention, ...]:
    """Let the members of registers share the mentions of the set they list.

    Parameters
    ----------
    mentions
        The mentions, with site_id.
    registers
        The registers.

    Returns
    -------
    tuple of Mention
        The mentions; those of a listed set also once for each of its members, as a site's.
    """
    listed: dict[str, list[str]] = defaultdict(list)
    for register in registers:
        if register.set_id:
            listed[register.set_id].extend(member.site_id for member in register.members)
    shared = [
        replace(mention, site_id=site_id, role=Role.SITE)
        for mention in mentions
        for site_id in dict.fromkeys(listed.get(mention.site_id, ()))
    ]
    return (*mentions, *shared)
