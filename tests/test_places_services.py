"""Online services against a local server that answers in each service's documented form."""

from __future__ import annotations

import dataclasses
import http.server
import json
import subprocess
import sys
import threading
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from geo_rectify import assess, write_run
from geo_rectify.cli.gazetteer import OnlineService
from geo_rectify.crs import gcj02_to_bd09, wgs84_to_gcj02
from geo_rectify.errors import InputFileError, ServiceError
from geo_rectify.pipeline import OnlineAsking, OnlineOutcome
from geo_rectify.places.areas import Area
from geo_rectify.places.kinds import precision_of
from geo_rectify.places.services import GeocoderName, ask, open_geocoder
from geo_rectify.places.services.cache import Cache
from geo_rectify.vocabulary import PlaceType, Precision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEPING = Area(codes=("360281",), prefecture="360200")
TRUE = (117.2, 29.05)
KEY = "k3y-secret"


class Server:
    """Answers in turn, the last one over and over; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[urllib.parse.ParseResult] = []
        self.agents: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(urllib.parse.urlparse(self.path))
                outer.agents.append(self.headers["User-Agent"])
                status, body = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                sent = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def parameters(self, number: int = -1) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.asked[number].query))


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


@pytest.fixture
def online(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("no_proxy", "*")

    def make(name: str):
        monkeypatch.setenv(f"GEO_RECTIFY_{name.upper()}_KEY", KEY)
        made = open_geocoder(name, url=server.url, cache=Cache(path=tmp_path / "cache.sqlite"))
        waits: list[float] = []
        made.sleep = waits.append
        return made, waits

    return make


def _gcj() -> tuple[float, float]:
    lon, lat = wgs84_to_gcj02(*TRUE)
    return float(lon), float(lat)


def amap(level: str = "兴趣点", name: str = "江西省景德镇市乐平市岩口采石场") -> dict[str, Any]:
    lon, lat = _gcj()
    found = {"formatted_address": name, "level": level, "location": f"{lon:.6f},{lat:.6f}"}
    found |= {"street": [], "adcode": "360281"}
    return {"status": "1", "infocode": "10000", "info": "OK", "count": "1", "geocodes": [found]}


def baidu(level: str = "公司企业", confidence: int = 80) -> dict[str, Any]:
    lon, lat = gcj02_to_bd09(*_gcj())
    position = {"lng": float(lon), "lat": float(lat)}
    found = {"location": position, "precise": 1, "confidence": confidence, "level": level}
    return {"status": 0, "result": found}


def tianditu(level: str = "兴趣点", score: int = 95) -> dict[str, Any]:
    found = {"lon": str(TRUE[0]), "lat": str(TRUE[1]), "level": level, "score": score}
    return {"msg": "ok", "status": "0", "location": found | {"keyWord": "乐平市岩口采石场"}}


def nominatim(rank: int = 30, name: str = "岩口采石场") -> list[dict[str, Any]]:
    found = {"lat": str(TRUE[1]), "lon": str(TRUE[0]), "place_rank": rank, "name": name}
    return [found | {"category": "landuse", "type": "quarry", "display_name": f"{name}, 乐平市"}]


FORMS = [("amap", amap()), ("baidu", baidu()), ("tianditu", tianditu()), ("nominatim", nominatim())]


@pytest.mark.parametrize(("name", "answer"), FORMS)
def test_every_service_in_its_own_form_and_datum(server, online, name, answer):
    server.answers = [(200, answer)]
    found = ask("岩口采石场", online(name)[0], area=LEPING, kind=PlaceType.MINE)
    (hit,) = found.hits
    assert (hit.lon, hit.lat) == pytest.approx(TRUE, abs=2e-6)
    assert precision_of(hit.uncertainty_m) in {Precision.STREET, Precision.FEATURE}
    assert hit.uncertainty_m >= 50
    assert server.agents[0].startswith("geo_rectify")


@pytest.mark.parametrize(("name", "answer"), FORMS)
def test_nothing_but_the_name_and_its_areas_leaves(server, online, name, answer):
    server.answers = [(200, answer)]
    ask("岩口采石场", online(name)[0], area=LEPING, kind=PlaceType.MINE)
    sent = server.parameters()
    free = sent.get("address") or sent.get("q") or json.loads(sent["ds"])["keyWord"]
    left = free.replace("岩口采石场", "").replace("乐平市", "").replace("景德镇市", "").strip()
    assert left == ""
    key = {"amap": "key", "baidu": "ak", "tianditu": "tk", "nominatim": "none"}[name]
    assert sent.get(key) == (None if name == "nominatim" else KEY)


def test_a_name_is_asked_once_and_the_key_is_not_kept(server, online, tmp_path):
    server.answers = [(200, amap())]
    service, _ = online("amap")
    for _ in range(3):
        ask("岩口采石场", service, area=LEPING, kind=PlaceType.MINE)
    assert len(server.asked) == 1
    assert KEY.encode() not in (tmp_path / "cache.sqlite").read_bytes()
    service.now = lambda: 4e9
    ask("岩口采石场", service, area=LEPING, kind=PlaceType.MINE)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("name", "answer", "why"),
    [
        ("amap", amap(level="区县"), "比所问的粗"),
        ("amap", amap(level="乡镇"), "比所问的粗"),
        ("amap", amap(level="村庄"), "比所问的粗"),
        ("amap", amap(name="江西省景德镇市乐平市双田镇"), "不是所问的地名"),
        ("amap", amap(level="怪级别"), "不足以采信"),
        ("baidu", baidu(level="区县"), "比所问的粗"),
        ("baidu", baidu(confidence=10), "不足以采信"),
        ("tianditu", tianditu(score=40), "不足以采信"),
        ("nominatim", nominatim(rank=12), "比所问的粗"),
        ("nominatim", nominatim(name="乐平市"), "不是所问的地名"),
    ],
)
def test_a_fallback_is_a_failure(server, online, name, answer, why):
    server.answers = [(200, answer)]
    found = ask("岩口采石场", online(name)[0], area=LEPING, kind=PlaceType.MINE)
    assert found.hits == ()
    assert why in found.refused[0][1]


@pytest.mark.parametrize(("name", "answer"), FORMS)
def test_a_hit_outside_the_county_is_refused(server, online, name, answer):
    server.answers = [(200, answer)]
    area = Area(codes=("360222",), prefecture="360200")
    found = ask("岩口采石场", online(name)[0], area=area, kind=PlaceType.MINE)
    assert found.hits == ()
    assert "不在浮梁县范围" in found.refused[0][1]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("amap", {"status": "1", "infocode": "10000", "count": "0", "geocodes": []}),
        ("amap", {"status": "0", "infocode": "30001", "info": "ENGINE_RESPONSE_DATA_ERROR"}),
        ("baidu", {"status": 1, "msg": "无相关结果", "results": []}),
        ("tianditu", {"msg": "无结果", "status": "101"}),
        ("nominatim", []),
    ],
)
def test_none_is_an_answer(server, online, name, answer):
    server.answers = [(200, answer)]
    area = Area(prefecture="360200") if name != "tianditu" else Area()
    found = ask("岩口采石场", online(name)[0], area=area, kind=PlaceType.MINE)
    assert (found.hits, found.refused) == ((), ())


def test_tianditu_searches_the_county_where_its_addresses_know_nothing(server, online):
    place = {"name": "岩口采石场", "lonlat": f"{TRUE[0]},{TRUE[1]}", "address": "双田镇"}
    found = {"resultType": 1, "count": 1, "pois": [place]}
    found["status"] = {"cndesc": "服务正常", "infocode": 1000}
    server.answers = [(200, {"msg": "", "status": "101"}), (200, found)]
    answer = ask("岩口采石场", online("tianditu")[0], area=LEPING, kind=PlaceType.MINE)
    assert answer.hits[0].name == "岩口采石场"
    assert json.loads(server.parameters()["postStr"])["specify"] == "156360281"


@pytest.mark.parametrize(
    ("name", "status", "answer", "said"),
    [
        ("amap", 200, {"status": "0", "infocode": "10001", "info": "INVALID_USER_KEY"}, "10001"),
        ("amap", 200, {"status": "0", "infocode": "10003", "info": "DAILY_QUERY_OVER"}, "10003"),
        ("baidu", 200, {"status": 4, "message": "Quota Failure"}, "Quota"),
        ("baidu", 200, {"status": 302, "message": "天配额超限，限制访问"}, "302"),
        ("baidu", 200, {"status": 200, "message": "APP不存在"}, "200"),
        ("tianditu", 200, {"msg": "非法Key", "code": 300001}, "非法Key"),
        ("tianditu", 403, {"msg": "权限类型错误"}, "403"),
        ("nominatim", 200, {"error": {"code": 400, "message": "Bad q"}}, "Bad q"),
        ("amap", 200, b"<html>gateway</html>", "not in the form"),
        ("amap", 200, b"\xff\xfe", "UTF-8"),
        ("amap", 200, ["a list"], "not in the form"),
        ("baidu", 200, {"status": 0, "result": {"location": {"lng": None}}}, "not in the form"),
    ],
)
def test_refusals_are_told_and_never_the_key(server, online, name, status, answer, said):  # noqa: PLR0917 - a table
    server.answers = [(status, answer)]
    service, waits = online(name)
    with pytest.raises(ServiceError, match=said) as caught:
        ask("岩口采石场", service, area=LEPING, kind=PlaceType.MINE)
    assert KEY not in str(caught.value)
    assert waits == []
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("name", "status", "answer", "good"),
    [
        ("amap", 200, {"status": "0", "infocode": "10021", "info": "CUQPS"}, amap()),
        ("amap", 200, {"status": "0", "infocode": "10004", "info": "TOO_FREQUENT"}, amap()),
        ("baidu", 200, {"status": 401, "message": "并发超限"}, baidu()),
        ("tianditu", 429, {"msg": "slow"}, tianditu()),
        ("nominatim", 503, b"", nominatim()),
    ],
)
def test_patience(server, online, name, status, answer, good):  # noqa: PLR0917 - a table
    server.answers = [(status, answer), (status, answer), (200, good)]
    service, waits = online(name)
    service.clock = iter(range(0, 1000, 10)).__next__
    assert ask("岩口采石场", service, area=LEPING, kind=PlaceType.MINE).hits
    assert waits == [1.0, 2.0]


def test_patience_ends(server, online):
    server.answers = [(503, b"")]
    service, _ = online("nominatim")
    with pytest.raises(ServiceError, match="asked 4 times"):
        ask("岩口采石场", service, area=LEPING, kind=PlaceType.MINE)


def test_the_pace_is_kept(server, online):
    server.answers = [(200, [])]
    service, waits = online("nominatim")
    service.clock = lambda: 0.0
    for name in ("甲", "乙", "丙"):
        ask(name, service, area=LEPING, kind=PlaceType.MINE)
    assert waits == [1.1, 1.1]


@pytest.mark.parametrize("name", ["", "乐平市岩口采石场未完成修复，问题突出。", "长" * 41])
def test_a_sentence_is_not_sent(server, online, name):
    with pytest.raises(InputFileError, match="未发送"):
        ask(name, online("amap")[0], area=LEPING, kind=PlaceType.MINE)
    assert server.asked == []


def test_opening(monkeypatch):
    monkeypatch.delenv("GEO_RECTIFY_BAIDU_KEY", raising=False)
    with pytest.raises(ServiceError, match="GEO_RECTIFY_BAIDU_KEY"):
        open_geocoder("baidu")
    with pytest.raises(ServiceError, match="no geocoding service"):
        open_geocoder("google")
    monkeypatch.setenv("GEO_RECTIFY_NOMINATIM_URL", "file:///etc")
    with pytest.raises(ServiceError, match="no http"):
        open_geocoder("nominatim")


def test_a_run_without_a_geocoder_imports_no_service():
    code = "import sys, geo_rectify.pipeline; print([m for m in sys.modules if '.services' in m and 'places' in m])"
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert shown.strip() == "[]"


def test_the_command_line_names_every_service():
    assert {each.value for each in OnlineService} == {each.value for each in GeocoderName}


PLAN = """某市督察反馈问题整改方案
附件
整改清单
一、存在的问题
（一）矿山修复滞后。乐平市双田镇岩口采石场未完成修复。
整改目标：完成修复。
整改时限：2024年底。
整改措施：
1．2024年底前，完成岩口采石场修复。〔责任单位：乐平市委、市政府〕
验收单位：市自然资源局。
"""


def test_a_run_sends_nothing_before_it_may_and_says_who_found_it(server, online, tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text(PLAN, encoding="utf-8")
    server.answers = [(200, amap())]
    service, _ = online("amap")
    names: list[str] = []
    refusing = OnlineAsking(geocoder=service, agree=lambda listed: bool(names.extend(listed)))
    unasked = assess(plan, online=refusing)
    assert "岩口采石场" in names[0]
    assert server.asked == []
    assert unasked.online == OnlineOutcome(service="amap")
    found = assess(plan, online=OnlineAsking(geocoder=service, agree=lambda _: True))
    assert found.online == OnlineOutcome(service="amap", sent=1, answered=1)
    write_run(found, tmp_path / "out")
    said = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
    assert json.loads(said)["online"] == dataclasses.asdict(found.online)
    assert KEY not in said
    (site,) = [s for s in found.sites.to_dict("records") if "岩口采石场" in s["name"]]
    assert site["method"].startswith("geocoder amap (兴趣点)")
    assert site["precision"] == "street"
    assert shapely.distance(site["geometry"], shapely.Point(TRUE)) < 1e-5
