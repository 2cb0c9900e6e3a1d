"""Schemas, their checks, joined lists."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_rectify import tables
from geo_rectify.errors import CRSError, TableError
from geo_rectify.models import Mention
from geo_rectify.vocabulary import PlaceType, Role

SITE = {
    "site_id": "s1",
    "name": "岩口采石场",
    "kind": "mine/quarry",
    "precision": "township",
    "status": "located",
    "geometry": shapely.Point(117, 29),
}


def mention(doc_id="a" * 12, issue=3, **changes):
    fields = {
        "mention_id": f"{doc_id}:0-5",
        "doc_id": doc_id,
        "issue": issue,
        "section": 1,
        "field": "problem",
        "start": 0,
        "end": 5,
        "surface": "岩口采石场",
        "normalised": "岩口采石场",
        "type": PlaceType.MINE,
        "role": Role.SITE,
    }
    return Mention(**(fields | changes))


def test_frame_has_the_columns_in_order():
    frame = tables.geoframe_of([SITE], tables.SITES)
    assert [*tables.SITES.names, "geometry"] == list(frame.columns)
    assert frame.crs.to_epsg() == 4490
    tables.validate(frame, tables.SITES)


def test_all_faults_are_reported_at_once():
    frame = tables.geoframe_of([SITE, SITE | {"name": None}], tables.SITES)
    frame = frame.drop(columns="county")
    frame["score"] = frame["score"].astype(object)
    frame.loc[0, "score"] = "high"
    with pytest.raises(TableError) as caught:
        tables.validate(frame, tables.SITES)
    for part in ("'county' is missing", "'name' is empty in row 1", "'score'", "'s1' stands twice"):
        assert part in str(caught.value)


def test_a_table_in_another_crs_is_refused():
    frame = tables.geoframe_of([SITE], tables.SITES).set_crs(4548, allow_override=True)
    with pytest.raises(CRSError, match="table sites"):
        tables.validate(frame, tables.SITES)


def test_closed_columns_hold_their_words():
    frame = tables.mentions_frame([mention()], several=False)
    frame.loc[0, "type"] = "castle"
    with pytest.raises(TableError, match="castle"):
        tables.validate(frame, tables.MENTIONS)


def test_issue_keys_carry_the_document_only_with_several():
    one = tables.mentions_frame([mention()], several=False)
    two = tables.mentions_frame(
        [mention(), mention("b" * 12, None, mention_id="b:0-5")], several=True
    )
    assert one["issue"].tolist() == ["3"]
    assert two["issue"].tolist() == ["a" * 12 + "/3", ""]
    assert one["site"].tolist() == [1]


@pytest.mark.parametrize(
    ("values", "cell"),
    [
        ([17, 3, 16, 3], "3|16|17"),
        (["b/2", "a/10", "a/9"], "a/9|a/10|b/2"),
        ([None, "", "丙", "甲"], "丙|甲"),
        ([], ""),
    ],
)
def test_lists_are_ascending(values, cell):
    assert tables.join_list(values) == cell


@given(st.lists(st.integers(0, 10_000)))
def test_lists_come_back(numbers):
    cell = tables.join_list(numbers)
    assert [int(part) for part in tables.split_list(cell)] == sorted(set(numbers))


def test_empty_cells_are_empty_lists():
    assert tables.split_list(None) == tables.split_list("") == tables.split_list(pd.NA) == []
