/* The page: map layers, list, search, filters, legend. Reads the data block and folium's map. */
(function () {
  "use strict";
  const { html, svg, symbol, hatches, swatch, issueNumber, details, review } = window.GeoRectify;
  const $ = (id) => document.getElementById(id);
  const PHONE = window.matchMedia("(max-width: 760px)");
  const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
  const FAR = 20000;
  const TABS = ["sites", "worklist", "review"];

  function start() {
    const data = JSON.parse($("gr-data").textContent);
    const map = window[data.map];
    const look = { verdicts: new Map(data.verdicts.map((v) => [v.key, v])), shapes: data.shapes };
    const page = { data, map, look, chosen: new Set(), wanted: new Map(), markers: new Map(), layers: new Map() };
    page.byId = new Map(data.sites.map((site) => [site.id, site]));
    page.order = new Map(data.verdicts.map((v, i) => [v.key, i]));
    document.documentElement.lang = "zh-CN";
    document.body.prepend(hatches(data.zones));
    if (PHONE.matches) sheet(false);
    header(page);
    drawMap(page);
    legend(page);
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
    wire(page);
    list(page);
    fit(page);
    window.GeoRectify.page = page;
    document.body.classList.add("gr-ready");
  }

  /* ---- header ---------------------------------------------------------------------------- */

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

  /* ---- map ------------------------------------------------------------------------------- */

  const Scale = L.Control.Scale.extend({
    _updateMetric(maxMeters) {
      const meters = this._getRoundNum(maxMeters);
      const words = meters < 1000 ? `${meters} 米` : `${meters / 1000} 千米`;
      this._updateScale(this._mScale, words, meters / maxMeters);
    },
  });

  function drawMap(page) {
    const { data, map, look } = page;
    [["base", 250], ["zones", 350], ["labels", 380], ["areas", 420], ["chosen", 430]].forEach(([name, z]) => {
      map.createPane(`gr-${name}`).style.zIndex = z;
    });
    L.control.zoom({ position: "topleft", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
    whole(page).addTo(map);
    here(page).addTo(map);
    new Scale({ imperial: false, maxWidth: 130, position: "bottomleft" }).addTo(map);

    add(page, "counties", L.geoJSON(collection(data.counties), {
      pane: "gr-base", interactive: false,
      style: { color: "#a39a88", weight: 1.3, fillColor: "#fdfcf8", fillOpacity: 1, className: "gr-county" },
    }));
    add(page, "names", L.layerGroup(data.counties.map((county) => L.marker(county.at, {
      interactive: false, keyboard: false, pane: "gr-labels",
      icon: L.divIcon({ className: "gr-county-name", iconSize: null, html: html("span", { text: county.name }) }),
    }))));
    data.references.forEach((group) => add(page, `reference-${group.key}`, reference(group)));
    data.zones.forEach((zone) => add(page, `zone-${zone.key}`, zoneLayer(zone)));

    page.footprints = L.layerGroup();
    add(page, "footprints", page.footprints);
    page.highlight = L.layerGroup().addTo(map);
    page.cluster = L.markerClusterGroup({
      maxClusterRadius: 30, animate: false, showCoverageOnHover: false, zoomToBoundsOnClick: false,
      spiderfyOnMaxZoom: false, spiderfyDistanceMultiplier: 1.5, iconCreateFunction: (c) => clusterIcon(c, page),
    });
    data.sites.filter((site) => site.at).forEach((site) => {
      const marker = L.marker(site.at, {
        icon: L.divIcon({
          className: "gr-marker", iconSize: [40, 40], iconAnchor: [20, 20], popupAnchor: [0, -12],
          html: symbol(site, look, 40),
        }),
        keyboard: true, title: short(site.name, 40), riseOnHover: true,
      });
      marker.site = site;
      marker.on("click", () => open(page, site));
      marker.on("add", () => {
        const node = marker.getElement();
        node.setAttribute("aria-label", `${short(site.name, 40)}，${verdictWords(site, look)}`);
      });
      page.markers.set(site.id, marker);
    });
    page.cluster.on("clusterclick", (event) => openCluster(page, event.layer));
    page.layers.set("sites", page.cluster);
    map.addLayer(page.cluster);
    map.on("popupclose", (event) => { if (event.popup === page.popup) mark(page, null); });
    map.on("resize", () => sizePopups(map));
    sizePopups(map);
  }

  function add(page, key, layer) {
    page.layers.set(key, layer);
    layer.addTo(page.map);
  }

  const short = (text, most) => (Array.from(text).length > most ? `${Array.from(text).slice(0, most).join("")}…` : text);

  const collection = (features) => ({
    type: "FeatureCollection",
    features: features.map(({ geometry, ...properties }) => ({ type: "Feature", geometry, properties })),
  });

  const tip = (words) => html("span", { text: words });

  function reference(group) {
    const water = group.key === "river";
    return L.geoJSON(collection(group.features), {
      pane: "gr-base", interactive: false,
      style: { color: water ? "#8db9d8" : "#9b9486", weight: water ? 2.2 : 1.1, fillOpacity: 0.08 },
      pointToLayer: (_, at) => L.circleMarker(at, { pane: "gr-base", radius: 3, color: "#6b7b86", weight: 1.2, fillColor: "#fff", fillOpacity: 1 }),
      onEachFeature: (feature, layer) => {
        if (water && feature.properties.name) {
          layer.bindTooltip(tip(feature.properties.name), { permanent: true, direction: "center", className: "gr-river-name", pane: "gr-labels" });
        }
      },
    });
  }

  function zoneLayer(zone) {
    return L.geoJSON(collection(zone.features), {
      pane: "gr-zones",
      style: {
        color: zone.color, weight: zone.width + 0.4, fillColor: `url(#gr-hatch-${zone.key})`,
        fillOpacity: 1, dashArray: zone.dashed ? "7 5" : null,
      },
      onEachFeature: ({ properties }, layer) => {
        const words = [zone.label, properties.name, properties.mark].filter(Boolean);
        layer.bindTooltip(tip(words.join(" ")), { sticky: true, className: "gr-tip" });
      },
    });
  }

  function clusterIcon(cluster, page) {
    const sites = cluster.getAllChildMarkers().map((marker) => marker.site);
    const worst = sites.reduce((a, b) => (page.order.get(a.verdict) <= page.order.get(b.verdict) ? a : b));
    const style = page.look.verdicts.get(worst.verdict);
    const rough = sites.some((site) => !site.exact);
    return L.divIcon({
      className: "gr-marker", iconSize: [40, 40], iconAnchor: [20, 20],
      html: html("span", {
        class: rough ? "gr-cluster gr-rough" : "gr-cluster", style: `--v:${style.stroke}`,
        title: `${sites.length}个点位，点击展开`,
      }, [html("b", { text: sites.length }), "处"]),
    });
  }

  function openCluster(page, cluster) {
    const bounds = cluster.getBounds();
    const zoom = page.map.getBoundsZoom(bounds, false, L.point(60, 60));
    if (bounds.getNorthEast().equals(bounds.getSouthWest(), 1e-4) || zoom <= page.map.getZoom()) {
      cluster.spiderfy();
    } else {
      page.map.fitBounds(bounds, { padding: [60, 60], maxZoom: 13, animate: !CALM.matches });
    }
  }

  function drawFootprints(page, sites) {
    page.footprints.clearLayers();
    const drawn = new Set();
    sites.filter((site) => site.at).forEach((site) => {
      const style = page.look.verdicts.get(site.verdict);
      if (site.outline) {
        page.footprints.addLayer(L.geoJSON(site.outline, {
          pane: "gr-areas", interactive: false,
          style: { color: style.stroke, weight: 2.2, fillColor: style.stroke, fillOpacity: 0.15 },
        }));
      }
      const key = `${site.area} ${site.verdict}`;
      if (site.area !== null && !drawn.has(key)) {
        drawn.add(key);
        page.footprints.addLayer(L.geoJSON(page.data.areas[site.area], {
          pane: "gr-areas", interactive: false,
          style: { color: style.stroke, weight: 1, opacity: 0.5, dashArray: "4 5", fillColor: style.stroke, fillOpacity: 0.025 },
        }));
      }
    });
  }

  function mark(page, site) {
    page.highlight.clearLayers();
    page.current = site ? site.id : null;
    document.querySelectorAll(".gr-entry").forEach((node) => {
      node.setAttribute("aria-current", String(Boolean(site) && node.dataset.site === site.id));
    });
    if (!site || site.area === null) return;
    const style = page.look.verdicts.get(site.verdict);
    page.highlight.addLayer(L.geoJSON(page.data.areas[site.area], {
      pane: "gr-chosen", interactive: false,
      style: { color: style.stroke, weight: 2.4, dashArray: "8 5", fillColor: style.stroke, fillOpacity: 0.1 },
    }));
  }

  function bounds(page) {
    const drawn = L.latLngBounds([]);
    if (page.data.counties.length) drawn.extend(page.layers.get("counties").getBounds());
    page.markers.forEach((marker) => drawn.extend(marker.getLatLng()));
    page.data.zones.forEach((zone) => drawn.extend(page.layers.get(`zone-${zone.key}`).getBounds()));
    return drawn;
  }

  function fit(page) {
    const all = bounds(page);
    if (all.isValid()) page.map.fitBounds(all, { ...room(), maxZoom: 14, animate: false });
  }

  /* What stands over the map: nothing may be moved to behind it. */
  function room() {
    const card = $("gr-card").hidden ? null : $("gr-card").getBoundingClientRect();
    if (PHONE.matches) {
      return { paddingTopLeft: [20, 52], paddingBottomRight: [20, 20 + (card ? card.height : 0)] };
    }
    const legend = $("gr-legend").classList.contains("gr-folded") ? 0 : $("gr-legend").offsetWidth + 14;
    return { paddingTopLeft: [card ? card.width + 84 : 64, 16], paddingBottomRight: [legend + 16, 16] };
  }

  function whole(page) {
    const Whole = L.Control.extend({
      onAdd() {
        const box = html("div", { class: "leaflet-bar" }, [
          html("a", { href: "#", role: "button", title: "显示全部", "aria-label": "显示全部", class: "gr-whole" }, [
            svg("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" }, [
              svg("path", { d: "M4 9 V4 H9 M15 4 H20 V9 M20 15 V20 H15 M9 20 H4 V15", fill: "none", stroke: "currentColor", "stroke-width": 2 }),
            ]),
          ]),
        ]);
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.on(box, "click", (event) => { L.DomEvent.preventDefault(event); fit(page); });
        return box;
      },
    });
    return new Whole({ position: "topleft" });
  }

  /* Where the phone is: a dot with its error, or a line that says why not. */
  function here(page) {
    const me = L.layerGroup().addTo(page.map);
    const tell = (words) => { $("gr-said").textContent = words; $("gr-said").hidden = !words; };
    const sorry = () => tell("手机定位不可用或未获允许；地图其他功能不受影响。");
    const show = ({ coords }) => {
      const at = [coords.latitude, coords.longitude];
      me.clearLayers();
      me.addLayer(L.circle(at, { radius: coords.accuracy, interactive: false, color: "#1769c2", weight: 1, fillOpacity: 0.1 }));
      me.addLayer(L.circleMarker(at, { radius: 7, interactive: false, className: "gr-me", color: "#ffffff", weight: 2, fillColor: "#1769c2", fillOpacity: 1 }));
      page.map.setView(at, Math.max(page.map.getZoom(), 13), { animate: false });
      tell(`我的位置，误差约±${Math.ceil(coords.accuracy)}米`);
    };
    const find = () => {
      if (!navigator.geolocation) { sorry(); return; }
      tell("正在定位…");
      navigator.geolocation.getCurrentPosition(show, sorry, { enableHighAccuracy: true, timeout: 20000, maximumAge: 5000 });
    };
    const Here = L.Control.extend({
      onAdd() {
        const box = html("div", { class: "leaflet-bar" }, [
          html("a", { href: "#", role: "button", title: "我的位置", "aria-label": "我的位置", class: "gr-whole gr-here" }, [
            svg("svg", { viewBox: "0 0 24 24", width: 19, height: 19, "aria-hidden": "true" }, [
              svg("circle", { cx: 12, cy: 12, r: 5.5, fill: "none", stroke: "currentColor", "stroke-width": 2 }),
              svg("path", { d: "M12 1.5 V6 M12 18 V22.5 M1.5 12 H6 M18 12 H22.5", fill: "none", stroke: "currentColor", "stroke-width": 2 }),
            ]),
          ]),
        ]);
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.on(box, "click", (event) => { L.DomEvent.preventDefault(event); find(); });
        return box;
      },
    });
    return new Here({ position: "topleft" });
  }

  function sizePopups(map) {
    const most = Math.max(160, map.getSize().y - 110);
    map.getContainer().style.setProperty("--gr-popup", `${Math.min(most, 460)}px`);
  }

  /* ---- going to a site ------------------------------------------------------------------- */

  function go(page, site) {
    if (page.review.busy) return;
    closeCard(page);
    if (PHONE.matches) sheet(false);
    page.map.invalidateSize({ animate: false });
    if (!site.at) { showCard(page, site); return; }
    toggleLayer(page, "sites", true);
    const marker = page.markers.get(site.id);
    if (!page.cluster.hasLayer(marker)) page.cluster.addLayer(marker);
    if (PHONE.matches) showCard(page, site);
    const target = L.latLngBounds([site.at, site.at]);
    if (site.area !== null) target.extend(areaBounds(page, site));
    page.map.once("moveend", () => window.setTimeout(() => open(page, site), 60));
    page.map.fitBounds(target, { ...room(), maxZoom: 15, animate: !CALM.matches, duration: 0.5 });
  }

  const areaBounds = (page, site) => L.geoJSON(page.data.areas[site.area]).getBounds();

  /* Shows what is known of a site: beside its symbol, on a phone in the card below the map. */
  function open(page, site) {
    if (page.review.busy) return;
    const marker = page.markers.get(site.id);
    const parent = page.cluster.getVisibleParent(marker);
    if (parent && parent !== marker) parent.spiderfy();
    if (PHONE.matches) {
      if (sheetOpen()) sheet(false);
      // The card may stand already: drawn again, a tap that has begun on it would be lost.
      if (page.carded !== site.id) showCard(page, site);
      page.map.panInside(marker.getLatLng(), { ...room(), animate: !CALM.matches });
      return;
    }
    closeCard(page);
    const { paddingTopLeft, paddingBottomRight } = room();
    page.popup = L.popup({
      maxWidth: 360, minWidth: 320, offset: [0, -12], autoPanPaddingTopLeft: paddingTopLeft, autoPanPaddingBottomRight: paddingBottomRight,
    }).setLatLng(marker.getLatLng()).setContent(told(page, site)).openOn(page.map);
    page.popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", "关闭");
    mark(page, site);
  }

  function told(page, site) {
    const made = details(site, page.data, page.look);
    made.append(review.section(page, site));
    return made;
  }

  function showCard(page, site) {
    page.map.closePopup();
    $("gr-card-body").replaceChildren(told(page, site));
    $("gr-card").hidden = false;
    $("gr-card").scrollTop = 0;
    page.carded = site.id;
    document.body.classList.add("gr-with-card");
    mark(page, site);
    if (!site.at && site.area !== null) {
      page.map.fitBounds(areaBounds(page, site), { ...room(), maxZoom: 12, animate: !CALM.matches });
    }
  }

  function closeCard(page) {
    if ($("gr-card").hidden) return;
    $("gr-card").hidden = true;
    document.body.classList.remove("gr-with-card");
    page.carded = null;
    mark(page, null);
  }

  /* ---- list, search, filters ------------------------------------------------------------- */

  function verdictWords(site, look) {
    const entry = site.verdicts.find((one) => one.verdict === site.verdict);
    const words = entry ? entry.label : look.verdicts.get(site.verdict).label;
    return site.unofficial ? `${words}（非正式图层）` : words;
  }

  /* Why a site is found: "" for its own name, else what was hit; null for no hit. */
  function hit(page, site, query) {
    if (!query) return "";
    const wanted = query.replace(/^(问题|第)\s*/u, "").replace(/(号|号问题|个问题)$/u, "");
    if (/^\d+$/u.test(wanted) && site.issues.some((key) => issueNumber(key) === wanted)) return "";
    const low = query.toLowerCase();
    const has = (text) => text.toLowerCase().includes(low);
    if (has(site.name)) return "";
    const alias = site.aliases.find(has);
    if (alias) return `又称：${alias}`;
    if (has(site.county) || has(site.kind)) return "";
    for (const key of site.issues) {
      const issue = page.data.issues[key];
      const unit = issue && issue.units.concat(issue.acceptance).find(has);
      if (unit) return `问题${issueNumber(key)}单位：${unit}`;
    }
    return null;
  }

  const group = (site) => (site.unofficial ? `${site.verdict}:unofficial` : site.verdict);

  function rank(page, site) {
    const first = site.issues.length ? Number(issueNumber(site.issues[0])) : FAR;
    return [page.order.get(site.verdict), site.unofficial ? 1 : 0, Number.isFinite(first) ? first : FAR];
  }

  function ordered(page, sites) {
    return sites.map((site, i) => [rank(page, site).concat(i), site])
      .sort(([a], [b]) => a.map((value, i) => value - b[i]).find(Boolean) || 0)
      .map(([, site]) => site);
  }

  function list(page) {
    const query = $("gr-query").value.trim();
    const found = [];
    const counts = new Map();
    ordered(page, page.data.sites).forEach((site) => {
      const why = hit(page, site, query);
      if (why === null || !passes(page, site)) return;
      counts.set(group(site), (counts.get(group(site)) || 0) + 1);
      if (page.chosen.size === 0 || page.chosen.has(group(site))) found.push([site, why]);
    });
    page.found = found.map(([site]) => site);
    $("gr-list").replaceChildren(...found.map(([site, why]) => html("li", {}, [entry(page, site, why)])));
    const total = page.data.sites.length;
    const narrowed = [...page.wanted.values()].filter(Boolean);
    $("gr-more-on").textContent = narrowed.length ? `已选：${narrowed.join("、")}` : "";
    $("gr-status").textContent = total === 0
      ? "本次未识别出点位。"
      : found.length === 0 ? "没有符合条件的点位。" : found.length === total ? "" : `符合条件 ${found.length} 处，共 ${total} 处`;
    document.querySelectorAll(".gr-chip").forEach((chip) => {
      chip.querySelector("b").textContent = counts.get(chip.dataset.group) || 0;
    });
    const shown = new Set(page.found.map((site) => site.id));
    page.cluster.clearLayers();
    page.cluster.addLayers([...page.markers].filter(([id]) => shown.has(id)).map(([, marker]) => marker));
    drawFootprints(page, page.found);
    document.querySelectorAll("#gr-worklist li").forEach((node) => {
      node.hidden = hit(page, page.byId.get(node.dataset.site), query) === null;
    });
    let open = 0;
    document.querySelectorAll("#gr-worklist .gr-group").forEach((node) => {
      const left = node.querySelectorAll("li:not([hidden])").length;
      node.hidden = left === 0;
      open += left;
    });
    $("gr-worklist-status").textContent = page.data.counts.unlocated === 0
      ? "没有待定位的点位。"
      : query ? `符合条件 ${open} 处` : "下列点位尚缺准确位置，请现场核查后在此填报，或填入 worklist.xlsx。";
  }

  function entry(page, site, why) {
    const style = page.look.verdicts.get(site.verdict);
    const meta = [site.kind, site.county, site.precision_label];
    if (!site.at) meta.push(site.counted ? "计数点群，不标点" : site.extent ? "涉及区域，不标点" : "不标点");
    return html("button", {
      type: "button", class: page.reviewed.has(site.id) ? "gr-entry gr-reviewed" : "gr-entry", "data-site": site.id, "aria-current": "false",
      on: { click: () => go(page, site) },
    }, [
      symbol(site, page.look, 40),
      html("span", { class: "gr-entry-text" }, [
        html("span", { class: "gr-entry-name", text: short(site.name, 60) }),
        html("span", { class: "gr-entry-meta", text: meta.filter(Boolean).join(" · ") }),
        html("span", { class: "gr-entry-verdict", style: `color:${style.stroke}`, text: verdictWords(site, page.look) }),
        why ? html("span", { class: "gr-entry-meta", text: why }) : null,
      ]),
    ]);
  }

  /* What a site has of each thing it can be filtered by; a site of two counties has both. */
  const FILTERS = [
    ["county", "县（市、区）", (site) => site.counties.split("|").filter(Boolean)],
    ["precision", "定位精度", (site) => [site.precision_word]],
    ["deadline", "整改时限", (site, data) => site.issues.map((key) => data.issues[key]).filter(Boolean).map((issue) => issue.due)],
  ];
  const NONE = "（无）";

  const values = (page, site, of) => {
    const found = of(site, page.data).map((value) => value || NONE);
    return found.length ? found : [NONE];
  };

  const passes = (page, site) => FILTERS.every(([key, , of]) => !page.wanted.get(key) || values(page, site, of).includes(page.wanted.get(key)));

  function filters(page) {
    $("gr-filters").append(...FILTERS.map(([key, title, of]) => {
      const present = [...new Set(page.data.sites.flatMap((site) => values(page, site, of)))];
      if (key === "deadline") present.sort();
      return html("label", { class: "gr-field" }, [
        html("span", { text: title }),
        html("select", {
          "data-filter": key,
          on: { change: (event) => { page.wanted.set(key, event.target.value); list(page); } },
        }, [html("option", { value: "", text: "全部" }), ...present.map((value) => html("option", { value, text: value }))]),
      ]);
    }));
  }

  function chips(page) {
    const present = new Map();
    ordered(page, page.data.sites).forEach((site) => present.set(group(site), site));
    $("gr-chips").append(...[...present].map(([key, site]) => {
      const style = page.look.verdicts.get(site.verdict);
      const words = style.label.replace(/（.*）/u, "") + (site.unofficial ? "·非正式图层" : "");
      return html("button", {
        type: "button", class: "gr-chip", "data-group": key, "aria-pressed": "false", style: `--v:${style.stroke}`,
        on: {
          click: (event) => {
            const on = !page.chosen.has(key);
            if (on) page.chosen.add(key); else page.chosen.delete(key);
            event.currentTarget.setAttribute("aria-pressed", String(on));
            list(page);
          },
        },
      }, [html("i", { "aria-hidden": "true" }), words, html("b")]);
    }));
  }

  function worklist(page) {
    $("gr-worklist").append(...page.data.worklist.map((county) => html("section", { class: "gr-group" }, [
      html("h3", {}, [county.county, html("span", { text: `${county.places.length}处` })]),
      html("ul", { class: "gr-list" }, county.places.filter((place) => page.byId.has(place.site)).map((place) => {
        const site = page.byId.get(place.site);
        const numbers = site.issues.map(issueNumber).join("、");
        return html("li", { "data-site": site.id }, [
          html("button", {
            type: "button", class: "gr-entry", "data-site": site.id, "aria-current": "false",
            on: { click: () => go(page, site) },
          }, [
            html("span", { class: "gr-entry-text" }, [
              html("span", { class: "gr-entry-name", text: short(site.name, 60) }),
              html("span", { class: "gr-entry-meta", text: [site.kind, numbers ? `问题${numbers}` : "", site.stated].filter(Boolean).join(" · ") }),
              html("span", { class: "gr-entry-meta", text: [place.reason, place.hints.length ? `参考：${place.hints.join("、")}` : ""].filter(Boolean).join(" ") }),
            ]),
          ]),
        ]);
      })),
    ])));
  }

  /* ---- legend ---------------------------------------------------------------------------- */

  function toggleLayer(page, key, on) {
    const layer = page.layers.get(key);
    if (on) page.map.addLayer(layer); else page.map.removeLayer(layer);
    const box = document.querySelector(`[data-layer="${key}"]`);
    if (box) box.checked = on;
  }

  function legend(page) {
    const { data, look } = page;
    const used = new Set(data.sites.filter((site) => site.at).map((site) => site.shape));
    const sample = (verdict, more) => symbol(
      { issues: [], shape: "circle", verdict, exact: true, unofficial: false, at: [0, 0], ...more }, look, 26);
    const line = (picture, words, note) => html("li", {}, [picture, html("span", {}, [words, note ? html("small", { text: note }) : null])]);
    const box = (key, words, picture, note) => html("li", {}, [
      html("label", {}, [
        html("input", {
          type: "checkbox", checked: true, "data-layer": key,
          on: { change: (event) => toggleLayer(page, key, event.target.checked) },
        }),
        picture, html("span", {}, [words, note ? html("small", { text: note }) : null]),
      ]),
    ]);
    const part = (title, lines) => (lines.length ? html("section", {}, [html("h2", { text: title }), html("ul", {}, lines)]) : null);
    const verdicts = data.verdicts.map((style) => line(sample(style.key), style.label));
    if (data.sites.some((site) => site.unofficial)) {
      verdicts.push(line(sample("possible", { unofficial: true }), "空心：只依据非正式图层", "不计入结论"));
    }
    const shapes = Object.entries(data.shapes).filter(([name]) => used.has(name)).map(([name, shape]) => line(
      svg("svg", { viewBox: "-2 -2 28 28", width: 20, height: 20, "aria-hidden": "true" }, [
        svg("path", { d: shape.path, fill: "#e9edf0", stroke: "#53606a", "stroke-width": 1.8, "stroke-linejoin": "round" }),
      ]), shape.title));
    const ring = svg("svg", { viewBox: "0 0 30 18", width: 30, height: 18, "aria-hidden": "true" }, [
      svg("ellipse", { cx: 15, cy: 9, rx: 12, ry: 7.5, fill: "#59616a", "fill-opacity": 0.08, stroke: "#59616a", "stroke-width": 1.3, "stroke-dasharray": "3 2.6" }),
    ]);
    $("gr-legend-body").append(...[
      part("判定（符号颜色）", verdicts),
      part("类型（符号形状，数字为问题序号）", shapes),
      part("点位", [
        box("sites", "问题点位", null),
        box("footprints", "位置误差范围", ring, "虚线：九成把握点位在此范围内"),
      ]),
      part("管控区", data.zones.map((zone) => box(`zone-${zone.key}`, zone.label, swatch(zone), [zone.mark, zone.note].filter(Boolean).join(" ")))),
      part("范围尚未划定，图上没有边界", data.undelineated.map((name) => line(sample("not_delineated"), short(name, 40)))),
      part("底图", [
        ...(data.counties.length ? [box("counties", "县界", null, "公开数据，线位误差可达数百米"), box("names", "县名", null)] : []),
        ...data.references.map((group) => box(`reference-${group.key}`, group.label, null)),
      ]),
    ].filter(Boolean));
    expand("gr-legend", !PHONE.matches && window.innerHeight > 620);
  }

  function expand(id, open) {
    $(id).classList.toggle("gr-folded", !open);
    $(`${id}-button`).setAttribute("aria-expanded", String(open));
  }

  /* ---- controls -------------------------------------------------------------------------- */

  const sheetOpen = () => !document.body.classList.contains("gr-sheet-closed");

  function sheet(open) {
    document.body.classList.toggle("gr-sheet-closed", !open);
    $("gr-grip").setAttribute("aria-expanded", String(open));
    $("gr-grip-text").textContent = open ? "收起清单" : "展开清单";
  }

  function tab(name) {
    TABS.forEach((key) => {
      const on = key === name;
      $(`gr-tab-${key}`).setAttribute("aria-selected", String(on));
      $(`gr-tab-${key}`).tabIndex = on ? 0 : -1;
      $(`gr-pane-${key}`).hidden = !on;
    });
    $("gr-sheet").scrollTop = 0;
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
