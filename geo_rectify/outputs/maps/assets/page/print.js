/* The map as a sheet to print: title, neat line, legend, scale, north, datum, maker and day. */
(function () {
  "use strict";
  const { $, html, bounds } = window.GeoRectify;
  let before = null;

  function open(page) {
    if (document.body.classList.contains("gr-sheet-view")) return;
    page.closeCard();
    page.map.closePopup();
    before = { center: page.map.getCenter(), zoom: page.map.getZoom() };
    const { data } = page;
    $("gr-print-title").textContent = data.title;
    $("gr-print-subtitle").textContent = data.documents.filter(Boolean).join("；");
    $("gr-print-marks").replaceChildren(...data.marks.map((text) => html("li", { text })));
    $("gr-print-counts").textContent = `问题${data.counts.issues}项，点位${data.counts.sites}处，上图${data.counts.drawn}处，待定位${data.counts.unlocated}处（不标点）`;
    $("gr-print-day").textContent = `制图日期：${data.as_of}`;
    $("gr-print-source").textContent = data.provenance;
    document.body.classList.add("gr-sheet-view");
    $("gr-print-bar").hidden = false;
    page.map.invalidateSize({ animate: false });
    const all = bounds(page);
    if (all.isValid()) page.map.fitBounds(all, { padding: [18, 18], animate: false });
    squeeze();
    $("gr-print-go").focus({ preventScroll: true });
  }

  /* A long legend is set smaller until it stands whole beside the map. */
  function squeeze() {
    const body = $("gr-legend-body");
    body.style.zoom = "";
    for (let size = 1; size > 0.55 && body.scrollHeight > body.clientHeight + 1; size -= 0.05) body.style.zoom = size.toFixed(2);
  }

  function close(page) {
    if (!document.body.classList.contains("gr-sheet-view")) return;
    document.body.classList.remove("gr-sheet-view");
    $("gr-legend-body").style.zoom = "";
    $("gr-print-bar").hidden = true;
    page.map.invalidateSize({ animate: false });
    if (before) page.map.setView(before.center, before.zoom, { animate: false });
    before = null;
    document.querySelector(".gr-print").focus({ preventScroll: true });
  }

  function attach(page) {
    let asked = false;
    $("gr-print-go").addEventListener("click", () => window.print());
    $("gr-print-close").addEventListener("click", () => close(page));
    $("gr-print-maker").addEventListener("input", (event) => { $("gr-print-by").textContent = `制图单位：${event.target.value || "＿＿＿＿＿＿＿＿"}`; });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(page); });
    // Printed from the browser's own menu, the page becomes the sheet for as long as that takes.
    window.addEventListener("beforeprint", () => { asked = !document.body.classList.contains("gr-sheet-view"); open(page); });
    window.addEventListener("afterprint", () => { if (asked) close(page); });
  }

  window.GeoRectify.sheetView = { attach, open };
})();
