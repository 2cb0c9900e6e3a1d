"""A plan of another province, with nothing but the shipped gazetteer: counties, and abstentions."""

from __future__ import annotations

import pytest

from geo_rectify import assess
from geo_rectify.regions import area_polygon, counties

PLAN = """遵义市贯彻落实省生态环境保护督察反馈意见整改方案
附件
遵义市省生态环境保护督察反馈问题整改清单
一、水污染防治方面
（一）赤水河流域白酒企业污染治理不到位。督察发现，仁怀市茅坛镇7家酒厂锅底水直排盐津溪，坛厂街道枇杷村、樟柏村窖池废水收集管破损；习水县习酒镇永顺酒业污水处理站超负荷运行，桐梓河沙坝断面总磷浓度反弹。赤水市长期镇生活垃圾填埋场渗滤液外溢。
整改目标：赤水河流域断面水质稳定达标。
整改时限：2024年12月底前
整改措施：
1．2024年6月底前，完成茅坛镇、坛厂街道酒厂废水收集管改造。〔仁怀市委、市政府〕
2．扩建永顺酒业污水处理站，确保桐梓河沙坝断面达标。〔习水县委、县政府〕
3．治理长期镇生活垃圾填埋场。〔赤水市委、市政府〕
验收单位：市生态环境局
二、矿山生态修复方面
（二）历史遗留矿山修复滞后。播州区团溪镇洞水锰矿、尚嵇镇宏发铝土矿废渣堆未复绿，务川仡佬族苗族自治县大坪街道三坑汞矿废渣淋溶水流入洪渡河；道真仡佬族苗族自治县大沙河自然保护区缓冲区内仍有2座小水电站未退出。
整改目标：完成修复任务。
整改时限：2025年12月底前
整改措施：
1．完成洞水锰矿、宏发铝土矿废渣堆治理。〔播州区委、区政府〕
2．收集处理三坑汞矿淋溶水。〔务川自治县委、县政府〕
3．退出大沙河自然保护区内小水电站。〔道真自治县委、县政府〕
验收单位：市自然资源局
三、城镇环境方面
（三）城市生活污水收集处理有短板。汇川区高桥镇管网混接，红花岗区深溪镇沙坝村雨污不分，湘江河打秋坪断面氨氮升高；绥阳县洋川街道幸福路沿线夜市油污直排。
整改目标：消除直排口。
整改时限：2024年9月底前
整改措施：
1．改造高桥镇管网。〔汇川区委、区政府〕
2．对沙坝村实行雨污分流。〔红花岗区委、区政府〕
3．规范幸福路夜市经营。〔绥阳县委、县政府〕
验收单位：市住房城乡建设局
"""
COUNTY_OF = {
    "茅坛镇": "仁怀市",
    "坛厂街道": "仁怀市",
    "枇杷村": "仁怀市",
    "樟柏村": "仁怀市",
    "习酒镇": "习水县",
    "永顺酒业": "习水县",
    "洞水锰矿": "播州区",
    "宏发铝土矿": "播州区",
    "三坑汞矿": "务川仡佬族苗族自治县",
    "大沙河自然保护区": "道真仡佬族苗族自治县",
    "高桥镇": "汇川区",
    "沙坝村": "红花岗区",
    "幸福路": "绥阳县",
}

CONTAINERS = {"坛厂街道", "习酒镇"}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    plan = tmp_path_factory.mktemp("elsewhere") / "plan.txt"
    plan.write_text(PLAN, encoding="utf-8")
    return assess(plan)


def test_every_place_is_found_with_its_county(elsewhere):
    told = {m.surface: m.county for m in elsewhere.mentions if m.named}
    assert {name: told.get(name) for name in COUNTY_OF} == COUNTY_OF


def test_counties_are_located_and_the_rest_abstains(elsewhere):
    sites = elsewhere.sites.set_index("name")
    codes = counties().set_index("name")["adcode"]
    for name, county in COUNTY_OF.items():
        if name in CONTAINERS:
            continue
        site = sites.loc[name]
        assert site["county"] == county
        assert str(site["adcode"]) == str(codes[county])
    assert set(sites["precision"]) <= {"county", "prefecture", "none"}
    assert sites.geometry.isna().all()


def test_rivers_are_no_counties_and_nothing_lies_outside(elsewhere):
    named = {m.surface: m.type.value for m in elsewhere.mentions}
    assert named["桐梓河沙坝断面"] == "monitoring-section"
    assert "桐梓县" not in set(elsewhere.sites["name"])
    here = area_polygon("520300").buffer(0.02)
    assert all(here.covers(shape) for shape in elsewhere.footprints.geometry)
    assert not elsewhere.sites["candidates"].fillna("").str.contains("accepted").any()
