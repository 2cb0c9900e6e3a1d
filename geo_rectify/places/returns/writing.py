"""corrections.geojson and what was not taken, beside it: both written whole, or neither."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo_rectify.errors import OutputError
from geo_rectify.places.corrections import cell_text
from geo_rectify.tables import CORRECTIONS
from geo_rectify.vocabulary import Datum

if TYPE_CHECKING:
    from collections.abc import Collection

    from geo_rectify.places.returns.proposing import Proposal

_DIGITS: Final = 8


def write_proposal(
    proposal: Proposal, path: Path, *, replaceable: Collection[Path] = ()
) -> tuple[Path, ...]:
    """Write what an import takes, and beside it what it does not.

    Parameters
    ----------
    proposal
        The import.
    path
        The corrections file. It may stand there already only where it is one of the files read.
    replaceable
        Files that were read, whose rows the new file holds.

    Returns
    -------
    tuple of pathlib.Path
        The files written: the corrections where there are any, and the rejects where there are any.

    Raises
    ------
    OutputError
        A file stands there already, or cannot be written; nothing was changed.
    """
    if path.exists() and not any(path.samefile(each) for each in replaceable if each.exists()):
        message = (
            f"{path} exists already and is not overwritten; name another with -o, or name it among "
            "the files to import so that the new one holds its rows too"
        )
        raise OutputError(
            message,
            chinese=f"{path}：文件已存在，不覆盖；请用 -o 换一个文件名，或把它也列入要导入的文件",
        )
    wanted: list[tuple[Path, dict[str, Any]]] = []
    if proposal.rejects:
        wanted.append((_free(path.with_name(f"{path.stem}_rejected.geojson")), _refused(proposal)))
    if proposal.changes:
        wanted.append((path, _taken(proposal)))
    staged: list[tuple[str, Path]] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for target, document in wanted:
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            staged.append((name, target))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                json.dump(document, file, ensure_ascii=False, indent=1)
                file.write("\n")
            Path(name).chmod(0o644)
        for name, target in staged:
            Path(name).replace(target)
    except OSError as err:
        message = f"{path} cannot be written ({err.strerror}); close it elsewhere (请先关闭) or name another"
        raise OutputError(
            message,
            chinese=f"{path}：写不进去（{err.strerror}）；请先在别的程序里关闭它，或换一个文件名",
        ) from err
    finally:
        for name, _ in staged:
            Path(name).unlink(missing_ok=True)
    return tuple(target for target, _ in wanted)


def _free(path: Path) -> Path:
    """Give a name nothing stands under: rejects of an earlier import are not written over."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _taken(proposal: Proposal) -> dict[str, Any]:
    features = []
    for change in proposal.changes:
        made = change.correction
        properties = {name: made[name] for name in CORRECTIONS.names if made.get(name)}
        shape = made["geometry"]
        if shape is None:
            properties.pop("datum", None)
        else:
            properties["datum"] = Datum.CGCS2000.value
        # where it came from first; a file that is read again and again must not grow
        properties["origin"] = str(made["origin"]).rpartition(" ← ")[2]
        features.append({"type": "Feature", "properties": properties, "geometry": _drawn(shape)})
    return {"type": "FeatureCollection", "datum": Datum.CGCS2000.value, "features": features}


def _drawn(shape: shapely.Geometry | None) -> dict[str, Any] | None:
    if shape is None:
        return None
    fine = shapely.transform(shape, lambda xy: xy.round(_DIGITS))
    drawn: dict[str, Any] = json.loads(shapely.to_geojson(fine))
    return drawn


def _refused(proposal: Proposal) -> dict[str, Any]:
    """Give the rows not taken as they came, each with its reason; mended, they can be read."""
    features = []
    for each, reason in proposal.rejects:
        cells = dict(each.row.cells)
        drawn = cells.pop("geometry", None)
        properties = {name: cell_text(value) for name, value in cells.items()}
        properties |= {"origin": f"{each.row.file}:{each.row.place}", "reason": reason}
        if isinstance(drawn, str):
            properties["wkt"], drawn = drawn, None
        features.append({"type": "Feature", "properties": properties, "geometry": drawn})
    return {"type": "FeatureCollection", "features": features}
