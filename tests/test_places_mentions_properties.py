"""What holds for every text: spans slice back, never overlap, and the same text gives the same."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from geo_rectify.places.recognition import find_mentions
from geo_rectify.vocabulary import Role
from tests.mentions_cases import CHENZHOU, PASSAGES, plan_of

_PIECES = st.sampled_from(
    [
        *"，。、；：和及与的在由（）“”《》\n",
        "郴州市", "宜章县", "临武县", "高新区", "昌江", "西河", "上游", "沿岸", "区域", "等",
        "鑫源化工", "有限公司", "采石场", "污水处理厂", "断面", "镇", "村", "路", "完成", "督促",
        "86处", "三座", "企业", "该公司", "保护区核心区", "岩口", "青龙寨", "道路", "医院", "1200余亩",
        "湖南", "A", "１", "𠮷", " ", "省级自然保护区", "第一人民", "片区", "矿山", "集团", "建成",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(st.lists(_PIECES, max_size=40), st.lists(_PIECES, max_size=25), st.booleans())
def test_spans(problem, measure, issues):
    first, second = "".join(problem).replace("\n", ""), "".join(measure).replace("\n", "")
    if issues:
        plan = plan_of(CHENZHOU, (first, [(second, ("宜章县委", "临武县政府"))]))
    else:
        plan = plan_of(CHENZHOU + "\n" + "".join(problem) + "\n" + "".join(measure))
    found = find_mentions(plan)
    for mention in found:
        assert plan.text[mention.start : mention.end] == mention.surface
        assert mention.surface.strip()
        assert mention.site == (mention.role in {Role.SITE, Role.EXTENT})
        assert mention.site_id == ""
    ordered = [(m.start, m.end) for m in found]
    assert all(before[1] <= after[0] for before, after in pairwise(ordered))
    assert found == find_mentions(plan)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(sorted(PASSAGES)), st.integers(min_value=0, max_value=40))
def test_offsets_move_with_the_text(case, shift):
    title, text, _ = PASSAGES[case]
    plain = plan_of(title, (text, []))
    moved = plan_of(title + "。" * shift, (text, []))
    assert [
        dataclasses.replace(m, start=m.start + shift, end=m.end + shift, mention_id="")
        for m in find_mentions(plain)
    ] == [dataclasses.replace(m, mention_id="") for m in find_mentions(moved)]
