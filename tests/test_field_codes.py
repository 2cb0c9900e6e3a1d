"""The QR codes of the cards, read back from what a browser shows."""

from __future__ import annotations

import io

import pytest

from geo_rectify.outputs.field import write_cards
from tests.browser import open_page
from tests.factories import SITE_IDS, make_assessment


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])
def test_code_of_each_located_site_leads_to_it(chromium, tmp_path, size):
    zxing = pytest.importorskip("zxingcpp", reason="zxing-cpp reads the codes; extra 'test'")
    image = pytest.importorskip("PIL.Image")
    run = make_assessment()
    write_cards(run, tmp_path / "cards.html")
    sites = run.sites.set_index("site_id")
    with open_page(chromium, tmp_path / "cards.html", size=size) as opened:
        for key in ("surveyed", "village"):
            code = opened.page.locator(f"#s{SITE_IDS[key]} .qr svg")
            found = zxing.read_barcodes(image.open(io.BytesIO(code.screenshot())))
            assert len(found) == 1
            assert found[0].text.startswith("https://uri.amap.com/marker?position=")
            assert f"name={SITE_IDS[key]}&coordinate=wgs84" in found[0].text
            position = found[0].text.split("position=")[1].split("&")[0]
            lon, lat = map(float, position.split(","))
            inner = sites.loc[SITE_IDS[key], "geometry"].representative_point()
            assert (lon, lat) == pytest.approx((inner.x, inner.y), abs=0.006)
        assert opened.page.locator(f"#s{SITE_IDS['none']} .qr").count() == 0
        assert opened.page.locator(f"#s{SITE_IDS['counted']} .qr").count() == 0
        assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
