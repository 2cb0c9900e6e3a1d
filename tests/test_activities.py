"""What goes on at a site is told by the words of the problem, in plans of any city."""

from __future__ import annotations

import datetime as dt

import pytest

from geo_rectify.findings import (
    activity_cues,
    checklist_for,
    issue_activities,
    load_rules,
    own_rules,
    rules_for,
    site_activities,
)
from geo_rectify.vocabulary import Activity, PlaceType
from tests.factories import make_mentions, make_plan

AS_OF = dt.date(2026, 11, 1)

SENTENCES = [
    ("青湾市东堤街道三处暗管向内河直排污水", {Activity.OUTFALL}),
    ("云岭县污水处理厂出水氨氮浓度长期超标", {Activity.OUTFALL}),
    ("柳塘区雨污混流，汛期污水溢流入湖", {Activity.OUTFALL}),
    ("宏远采石场越界开采，山体裸露", {Activity.MINING}),
    ("石门矿区采坑未回填，边坡呈“一面墙”", {Activity.MINING}),
    ("白沙洲段有人夜间盗砂、洗砂", {Activity.SAND}),
    ("某公司未批先建两栋厂房", {Activity.CONSTRUCTION}),
    ("景区内擅自新建别墅群，侵占湿地", {Activity.CONSTRUCTION}),
    ("未经批准擅自建设停车场", {Activity.CONSTRUCTION}),
    ("开发区化工企业废气收集不到位", {Activity.INDUSTRY}),
    ("长坡村生猪养殖户粪污露天存放", {Activity.LIVESTOCK}),
    ("大坝水库内网箱未清退", {Activity.AQUACULTURE}),
    ("坡地毁林开垦种植果树", {Activity.FARMING, Activity.FORESTRY}),
    ("渣土倾倒在河滩，垃圾场无防渗措施", {Activity.WASTE}),
    ("滥伐林木，占用公益林数亩", {Activity.FORESTRY}),
    ("核心区内农家乐、漂流项目照常经营", {Activity.TOURISM}),
    ("引水式小水电未泄放生态流量", {Activity.HYDROPOWER}),
    ("候鸟停歇地有人电鱼捕猎", {Activity.WILDLIFE}),
    ("思想认识不到位，压力传导层层递减", {Activity.UNKNOWN}),
    ("《矿山生态修复规划》尚未编制", {Activity.UNKNOWN}),
    ("县林业局、文旅局、农业农村部门各自为政", {Activity.UNKNOWN}),
    ("园区至今未建成集中处理设施", {Activity.UNKNOWN}),
    ("条例规定不得在湖面经营餐饮", {Activity.UNKNOWN}),
    ("污水处理厂扩建工程进展缓慢", {Activity.UNKNOWN}),
]


@pytest.mark.parametrize(("sentence", "wanted"), SENTENCES, ids=[one[0] for one in SENTENCES])
def test_words_tell_what_goes_on(sentence, wanted):
    found = {cue.activity for cue in activity_cues(sentence)} or {Activity.UNKNOWN}
    assert found == wanted


@pytest.mark.parametrize("sentence", [one[0] for one in SENTENCES])
def test_the_words_are_at_their_offsets(sentence):
    for cue in activity_cues(sentence, start=7):
        assert sentence[cue.start - 7 : cue.end - 7] == cue.words


def test_a_site_takes_the_clause_that_names_it_and_cites_the_words():
    plan = make_plan()
    mentions = make_mentions(plan)
    kinds = {mention.site_id: mention.type for mention in mentions if mention.site_id}
    told = site_activities((plan,), mentions, kinds)
    assert set(told) == set(kinds)
    for one in told.values():
        assert one.activities
        for key, cue in one.cues:
            assert plan.text[cue.start : cue.end] == cue.words
            issue = next(issue for issue in plan.issues if str(issue.number) == key)
            assert issue.problem.start <= cue.start < cue.end <= issue.problem.end
            assert cue.activity in issue_activities(issue)


def test_the_kind_of_place_tells_where_no_word_does():
    told = site_activities((), (), {"a": PlaceType.MINE, "b": PlaceType.VILLAGE})
    assert told["a"].activities == (Activity.MINING,)
    assert told["a"].evidence == ""
    assert told["b"].activities == (Activity.UNKNOWN,)


# --- the clause for zone and activity --------------------------------------------------------------


def _ids(zone_class, *, day, activities):
    found = rules_for(load_rules(), zone_class, day=day, adcode="360222", activities=activities)
    return [rule.rule_id for rule in found]


def test_the_outfall_clause_is_for_outfalls():
    wanted = _ids("water_2", day=AS_OF, activities=(Activity.OUTFALL,))
    assert "code_318" in wanted
    assert "code_318" not in _ids("water_2", day=AS_OF, activities=(Activity.FORESTRY,))
    assert "code_320" in _ids("water_2", day=AS_OF, activities=(Activity.FORESTRY,))


def test_an_unknown_activity_drops_no_clause():
    everything = _ids("water_1", day=AS_OF, activities=())
    assert _ids("water_1", day=AS_OF, activities=(Activity.UNKNOWN,)) == everything
    assert "code_318" in everything


def test_one_of_several_activities_is_enough():
    assert "code_318" in _ids(
        "water_quasi", day=AS_OF, activities=(Activity.FARMING, Activity.OUTFALL)
    )


def test_the_red_line_has_ten_classes_each_a_question_and_none_checked():
    items = checklist_for(load_rules(), "red_line", day=AS_OF, adcode="110100")
    assert [rule.rule_id for rule in items] == [f"red_line_142_{n:02}" for n in range(1, 11)]
    assert all(rule.item and rule.question and rule.substance and rule.source for rule in items)
    assert [rule.confidence for rule in items] == ["高"] * 6 + ["中"] * 4
    assert not any(rule.checked_on or rule.article for rule in items)
    assert "red_line_142_07" not in _ids("red_line", day=AS_OF, activities=(Activity.MINING,))


def test_the_checklist_begins_with_the_notice():
    day = dt.date(2022, 8, 15)
    assert checklist_for(load_rules(), "red_line", day=day, adcode="360222") == ()


def test_a_user_replaces_a_class_of_the_checklist(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(
        '[[rule]]\nrule_id = "red_line_142_05"\nclasses = ["red_line"]\ntitle = "甲"\n'
        'item = "参观"\nquestion = "是否参观？"\nsubstance = "乙"\nsource = "丙"\n'
        'confidence = "高"\nactivities = ["tourism"]\nchecked_on = 2026-01-01\n',
        encoding="utf-8",
    )
    items = checklist_for(own_rules(file), "red_line", day=AS_OF, adcode="360222")
    assert [rule.item for rule in items][4] == "参观"
    assert len(items) == 10
