/* The page: reads the data block and folium's map, puts the parts together. */
(function () {
  "use strict";
  const {
    $, PHONE, html, hatches, unpack, tool, where, attachOnline, sheetView, review, room, expand, sheet, sheetOpen, tab, TABS, drawLayers, askTiles, drawSites, toggleLayer, drawControls, fit, mark,
    filters, chips, list, worklist, legend, go, open, closeCard, sizePopups,
  } = window.GeoRectify;

  function start() {
    const data = read();
    const map = window[document.querySelector(".folium-map").id];
    const look = makeLook(data);
    const page = {
      data, map, look, theme: data.theme, busy: false, off: new Set(),
      chosen: new Set(), wanted: new Map(), markers: new Map(), layers: new Map(),
    };
    page.byId = new Map(data.sites.map((site) => [site.id, site]));
    document.documentElement.lang = "zh-CN";
    document.body.prepend(hatches(data.zones, page.theme));
    if (PHONE.matches) sheet(false);
    header(page);
    page.open = (site) => open(page, site);
    page.refresh = () => list(page);
    page.recoloured = () => { chips(page); list(page); };
    drawLayers(page);
    drawControls(page);
    drawSites(page);
    askTiles(page);
    attachOnline(page);
    tool.attach(page);
    where(page);
    map.on("popupclose", (event) => { if (event.popup === page.popup) mark(page, null); });
    map.on("resize", () => sizePopups(map));
    sizePopups(map);
    legend(page);
    expand("gr-legend", !PHONE.matches && window.innerHeight > 620);
    chips(page);
    filters(page);
    worklist(page);
    page.tab = tab;
    page.openSheet = () => { closeCard(page); sheet(true); };
    page.quiet = () => { closeCard(page); if (PHONE.matches) sheet(false); };
    page.inside = (at) => {
      const tool = $("gr-tool").offsetHeight + 20;
      const { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] } = room();
      const around = PHONE.matches
        ? { paddingTopLeft: [left, top + 60], paddingBottomRight: [right, bottom + tool] }
        : { paddingTopLeft: [left, top + tool + 60], paddingBottomRight: [right, bottom] };
      page.map.invalidateSize({ animate: false });
      page.map.panInside(at, { ...around, animate: false });
    };
    review.attach(page);
    page.closeCard = () => closeCard(page);
    sheetView.attach(page);
    wire(page);
    list(page);
    data.off.forEach((key) => toggleLayer(page, key, false));
    fit(page);
    window.GeoRectify.page = page;
    document.body.classList.add("gr-ready");
  }

  /* A large page's data are packed. */
  function read() {
    const packed = $("gr-packed");
    if (!packed) return JSON.parse($("gr-data").textContent);
    return JSON.parse(new TextDecoder().decode(unpack(packed.textContent)));
  }

  /* What colours a site: its verdict, or how far its issues have come. */
  function makeLook(data) {
    const tables = { verdict: data.verdicts, progress: data.progress };
    const styles = Object.fromEntries(Object.entries(tables).map(([mode, rows]) => [mode, new Map(rows.map((row) => [row.key, row]))]));
    const ranks = Object.fromEntries(Object.entries(tables).map(([mode, rows]) => [mode, new Map(rows.map((row, i) => [row.key, i]))]));
    return {
      mode: data.colour, shapes: data.shapes, verdicts: styles.verdict,
      of(site) { return styles[this.mode].get(site[this.mode]); },
      rank(site) { return ranks[this.mode].get(site[this.mode]); },
    };
  }

  function header({ data }) {
    $("gr-title").textContent = data.title;
    const names = data.documents.filter(Boolean);
    $("gr-subtitle").textContent = [names.join("；"), `截至${data.as_of}`].filter(Boolean).join(" · ");
    $("gr-subtitle").title = $("gr-subtitle").textContent;
    $("gr-marks").append(...data.marks.map((text) => html("li", { text })));
    $("gr-provenance").textContent = data.provenance;
    $("gr-provenance").title = data.provenance;
    const counts = data.counts;
    const shown = [
      ["问题", counts.issues], ["点位", counts.sites], ["上图", counts.drawn],
      ["待定位", counts.unlocated],
    ];
    if (counts.extents) shown.push(["涉及区域", counts.extents]);
    $("gr-counts").append(
      ...shown.map(([title, n]) => html("div", {}, [html("dt", { text: title }), html("dd", { text: n })])),
    );
    $("gr-tab-sites").firstChild.textContent = counts.extents ? "点位与区域 " : "点位 ";
    $("gr-number-sites").textContent = data.sites.length;
    $("gr-number-worklist").textContent = counts.unlocated;
  }

  function wire(page) {
    TABS.forEach((name, position) => {
      $(`gr-tab-${name}`).addEventListener("click", () => { tab(name); if (PHONE.matches) { closeCard(page); sheet(true); } });
      $(`gr-tab-${name}`).addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const step = event.key === "ArrowRight" ? 1 : TABS.length - 1;
        const other = TABS[(position + step) % TABS.length];
        tab(other);
        $(`gr-tab-${other}`).focus();
      });
    });
    $("gr-query").addEventListener("input", () => list(page));
    $("gr-query").addEventListener("focus", () => { if (PHONE.matches) { closeCard(page); sheet(true); } });
    $("gr-query").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && page.found.length) go(page, page.found[0]);
      if (event.key === "Escape") { event.target.value = ""; list(page); }
    });
    $("gr-grip").addEventListener("click", () => { closeCard(page); sheet(!sheetOpen()); });
    $("gr-legend-button").addEventListener("click", () => {
      const show = $("gr-legend").classList.contains("gr-folded");
      if (show && PHONE.matches) sheet(false);
      expand("gr-legend", show);
    });
    $("gr-card-close").addEventListener("click", () => closeCard(page));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeCard(page); });
    PHONE.addEventListener("change", () => { if (!PHONE.matches) sheet(true); page.map.invalidateSize(); });
  }

  document.addEventListener("DOMContentLoaded", start);
})();