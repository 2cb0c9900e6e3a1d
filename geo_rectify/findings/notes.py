"""One Chinese note a finding: what decides it, and what it does not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo_rectify.findings.standing import relied_on
from geo_rectify.vocabulary import (
    DEMO_MARK,
    SCHEMATIC_MARK,
    LayerStatus,
    Precision,
    SiteStatus,
    Verdict,
    VerdictReason,
    label,
    precision_label,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_rectify.catalogue.records import LayerInfo
    from geo_rectify.findings.delineation import Undelineated
    from geo_rectify.findings.verdicts import Ruling
    from geo_rectify.settings import Settings

_LONGEST_QUOTE: Final = 60
_BANDS: Final = ((500.0, "不足500米"), (1000.0, "500米至1千米"), (2000.0, "1至2千米"))
_BEYOND: Final = "2千米以上"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How a site is known: its precision and radius, its status, the count of a counted set."""

    precision: Precision
    uncertainty_m: float | None = None
    status: str = ""
    count: int | None = None


def note_on(
    ruling: Ruling,
    *,
    known: Known,
    layers: Sequence[LayerInfo],
    said: Undelineated | None,
    outlined: bool,
    touching: bool,
    ruled: bool,
    settings: Settings,
) -> str:
    """Write the note of one finding.

    Parameters
    ----------
    ruling
        The verdict.
    known
        How the site is known.
    layers
        The layers the verdict rests on.
    said
        The statement it rests on, None without one.
    outlined, touching
        Whether the site has a surveyed outline; whether it touches a zone without overlapping.
    ruled
        Whether a clause of the class is in force.
    settings
        Of the run.

    Returns
    -------
    str
        Chinese sentences.
    """
    parts = [
        _sentence(
            ruling,
            known=precision_label(known.precision, known.uncertainty_m),
            precision=known.precision,
            said=said,
            outlined=outlined,
        )
    ]
    if known.status == SiteStatus.COUNTED and ruling.reason is VerdictReason.PRECISION:
        shown = f"{known.count}处" if known.count else "多处"
        parts.append(f"该点群共{shown}，未附清单，逐点位置不明。")
    if touching and ruling.verdict is Verdict.CLEAR:
        parts.append("边界相接，不计为重叠。")
    parts += _marks(layers, settings)
    if not ruled:
        parts.append("未设规则。")
    return "".join(parts)


def _sentence(
    ruling: Ruling,
    *,
    known: str,
    precision: Precision,
    said: Undelineated | None,
    outlined: bool,
) -> str:
    if ruling.verdict is Verdict.NOT_DELINEATED and said is not None:
        return _statement(said)
    if ruling.verdict is Verdict.CONFLICT:
        inside = f"定位范围（{known}）全部位于该类管控区内，须现场核实。"
        return "实测范围与该类管控区重叠，面积按椭球面计算，须现场核实。" if outlined else inside
    if ruling.verdict is Verdict.POSSIBLE:
        return _possible(ruling, known, outlined=outlined and precision is Precision.SURVEYED)
    if ruling.verdict is Verdict.CLEAR:
        return "所用正式图层覆盖整个定位范围，未见重叠。"
    return _undecided(ruling.reason, known)


def _possible(ruling: Ruling, known: str, *, outlined: bool) -> str:
    if ruling.likelihood is not None and ruling.likelihood >= 1:
        return f"定位范围（{known}）全部位于该类管控区内，现有依据不足以认定，须现场定位。"
    if outlined:
        return f"实测范围或其误差范围（{known}）与该类管控区部分重叠，须现场核实。"
    return f"定位范围（{known}）与该类管控区部分重叠，须现场定位。"


def _undecided(reason: VerdictReason | None, known: str) -> str:
    said = {
        VerdictReason.NO_FOOTPRINT: "未定位，无从比对。",
        VerdictReason.PRECISION: (f"仅定位至{known}，范围内有该类管控区，点位是否在其中无法判定。"),
        VerdictReason.LAYER_STATUS: "覆盖该范围的图层并非正式成果，未见重叠不说明问题。",
        VerdictReason.NO_COVERAGE: "所提供图层的覆盖范围未包含整个定位范围，未作比对。",
    }
    return said.get(reason, "未提供该类图层，未作比对。") if reason else "未作比对。"


def _statement(said: Undelineated) -> str:
    if said.layer is not None:
        return f"图层目录载明“{said.words}”范围尚未划定。"
    words = said.words
    quote = words if len(words) <= _LONGEST_QUOTE else f"…{words[-_LONGEST_QUOTE:]}"
    place = f"（问题{said.issue}）" if said.issue else ""
    return f"方案{place}载明：“{quote}”。"


def _marks(layers: Sequence[LayerInfo], settings: Settings) -> list[str]:
    marks = []
    if any(info.status is LayerStatus.SCHEMATIC for info in layers):
        marks.append(SCHEMATIC_MARK)
    if any(info.status is LayerStatus.DRAFT for info in layers):
        marks.append(f"（{label(LayerStatus.DRAFT)}图层，不作结论依据）")
    if settings.demo and any(relied_on(info, settings) and info.sample for info in layers):
        marks.append(f"（{DEMO_MARK}）")
    return marks


def missing_note(layers: Sequence[LayerInfo], zone_class: str) -> str:
    """Name the layers of a class that could not be read, or are not in force.

    Parameters
    ----------
    layers
        All layers of the run.
    zone_class
        The class.

    Returns
    -------
    str
        Sentences, "" where all took part.
    """
    of_class = [info for info in layers if zone_class in info.classes]
    unread = [info.title for info in of_class if info.missing]
    idle = [info.title for info in of_class if not info.missing and not info.in_force]
    said = f"图层“{'、'.join(unread)}”未能读取，未参与比对。" if unread else ""
    return said + (f"图层“{'、'.join(idle)}”不在有效期，未参与比对。" if idle else "")


def distance_band(distance_m: float) -> str:
    """Tell a distance as a band, for outputs that go to the public.

    Parameters
    ----------
    distance_m
        Distance to the nearest zone, metres.

    Returns
    -------
    str
        A sentence.
    """
    if distance_m <= 0:
        return ""
    for upper, words in _BANDS:
        if distance_m < upper:
            return f"距最近的该类管控区{words}。"
    return f"距最近的该类管控区{_BEYOND}。"
