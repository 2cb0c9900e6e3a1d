/* Review on the page: move a pin, draw an outline, choose a candidate, answer the form. Entries
   stand in a list, leave by copying or as corrections.geojson, and stay in the browser if it lets. */
(function () {
  "use strict";
  const { $, html, issueNumber, short, storage, load, save, tool } = window.GeoRectify;
  const DIGITS = 7;
  const LEAST_M = 20;
  const ROUGH_M = 100;
  const FINGER = 10;
  const FILE = "corrections.geojson";

  const round = (value) => Number(value.toFixed(DIGITS));
  const today = () => {
    const now = new Date();
    const two = (n) => String(n).padStart(2, "0");
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  };

  function keep(review) {
    save(review);
    show(review);
  }

  /* ---- entries ---------------------------------------------------------------------------- */

  function base(site, action) {
    return { site_id: site.id, name: site.name, county: site.counties, kind: site.kind, datum: "WGS84", action };
  }

  const setKey = (site) => `set ${site.id}`;

  function put(review, site, change) {
    const key = setKey(site);
    const old = review.entries.get(key) || { key, geometry: null, properties: base(site, "set") };
    const made = { ...old, geometry: change.geometry || old.geometry, properties: { ...old.properties, ...change.properties } };
    if (!made.properties.date) made.properties.date = today();
    review.entries.set(key, made);
    keep(review);
  }

  function judge(review, site, candidate, action) {
    const key = `candidate ${site.id} ${candidate.id}`;
    if (action === "confirm") {
      [...review.entries.values()]
        .filter((entry) => entry.properties.site_id === site.id && entry.properties.action === "confirm")
        .forEach((entry) => review.entries.delete(entry.key));
    }
    review.entries.set(key, {
      key, geometry: null, about: candidate.name, properties: { ...base(site, action), candidate: candidate.id, date: today() },
    });
    keep(review);
  }

  function words(entry, review) {
    const { action, uncertainty_m: error } = entry.properties;
    if (action === "confirm") return `确认候选：${entry.about}`;
    if (action === "reject") return `排除候选：${entry.about}`;
    const said = [];
    if (entry.geometry && entry.geometry.type === "Point") {
      const digits = error >= ROUGH_M ? 3 : 5;
      said.push(`点位 ${entry.geometry.coordinates.map((value) => value.toFixed(digits)).join(", ")}`);
    } else if (entry.geometry) {
      said.push(`轮廓 ${entry.geometry.coordinates[0].length - 1}个顶点`);
    }
    if (error) said.push(`±${error}米`);
    review.questions.forEach(({ key, label }) => {
      if (key !== "date" && entry.properties[key]) said.push(`${label}：${entry.properties[key]}`);
    });
    return said.join("；");
  }

  function exported(review) {
    const features = [...review.entries.values()].map(({ geometry, properties }) => ({ type: "Feature", properties, geometry }));
    return `${JSON.stringify({ type: "FeatureCollection", datum: "WGS84", features }, null, 1)}\n`;
  }

  function download(review) {
    const url = URL.createObjectURL(new Blob([exported(review)], { type: "application/geo+json" }));
    const link = html("a", { href: url, download: FILE });
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(url), 10000);
    review.unsaved = false;
    say(`已导出 ${FILE}。若手机没有出现文件，请用“复制”，粘贴到微信或邮件发回。`);
  }

  async function copy(review) {
    const text = exported(review);
    try {
      await navigator.clipboard.writeText(text);
      say("已复制，可粘贴到微信、邮件或记事本，存为 corrections.geojson。");
    } catch {
      const box = $("gr-review-text");
      box.hidden = false;
      box.value = text;
      box.focus();
      box.select();
      say("浏览器不允许自动复制：请在下面的文本框中全选、复制。");
    }
    review.unsaved = false;
  }

  const say = (text) => { $("gr-review-said").textContent = text; };

  /* ---- the list --------------------------------------------------------------------------- */

  function show(review) {
    const { page } = review;
    const entries = [...review.entries.values()];
    $("gr-number-review").textContent = entries.length;
    $("gr-review-kept").textContent = review.fault || (review.store
      ? "记录保存在本机浏览器中，换手机、清缓存或从微信打开可能丢失，请及时导出。"
      : "本浏览器不允许保存记录：关闭页面前请务必复制或导出。");
    $("gr-review-kept").classList.toggle("gr-note", !review.store || Boolean(review.fault));
    $("gr-review-empty").hidden = entries.length > 0;
    ["gr-review-copy", "gr-review-export"].forEach((id) => { $(id).disabled = entries.length === 0; });
    $("gr-review-list").replaceChildren(...entries.map((entry) => html("li", { class: "gr-record" }, [
      html("div", {}, [
        html("b", { text: short(entry.properties.name, 40) }),
        html("span", { class: "gr-entry-meta", text: words(entry, review) }),
      ]),
      html("button", {
        type: "button", class: "gr-small", text: "删除", "aria-label": `删除${short(entry.properties.name, 20)}的记录`,
        on: { click: () => { review.entries.delete(entry.key); keep(review); } },
      }),
    ])));
    draw(review);
    const touched = new Set(entries.map((entry) => entry.properties.site_id));
    document.querySelectorAll(".gr-entry").forEach((node) => node.classList.toggle("gr-reviewed", touched.has(node.dataset.site)));
    page.reviewed = touched;
  }

  function draw(review) {
    review.drawn.clearLayers();
    review.entries.forEach(({ geometry, properties }) => {
      if (!geometry) return;
      const label = html("span", { text: `填报：${short(properties.name, 30)}` });
      const site = review.page.byId.get(properties.site_id);
      if (geometry.type === "Point") {
        const at = [geometry.coordinates[1], geometry.coordinates[0]];
        if (site && site.at) {
          review.drawn.addLayer(L.polyline([site.at, at], { pane: "gr-review", interactive: false, color: "#0b6b83", weight: 1.6, dashArray: "2 4" }));
        }
        review.drawn.addLayer(L.marker(at, { pane: "gr-review", icon: pin("gr-pin-kept"), keyboard: false }).bindTooltip(label, { className: "gr-tip" }));
      } else {
        review.drawn.addLayer(L.geoJSON(geometry, {
          pane: "gr-review", style: { color: "#0b6b83", weight: 2.4, fillOpacity: 0.12 },
        }).bindTooltip(label, { className: "gr-tip" }));
      }
    });
  }

  const pin = (look) => L.divIcon({ className: `gr-pin ${look}`, iconSize: [40, 48], iconAnchor: [20, 46], html: html("i", { "aria-hidden": "true" }) });

  /* ---- moving and drawing ----------------------------------------------------------------- */

  /* How far off a finger may be at this zoom, metres, in steps people write. */
  function reach(map, at) {
    const here = map.latLngToContainerPoint(at);
    const metres = map.distance(at, map.containerPointToLatLng(here.add([FINGER, 0])));
    const step = 10 ** Math.floor(Math.log10(Math.max(metres, 1)));
    return Math.max(LEAST_M, Math.ceil(metres / step) * step);
  }

  function middle(page, site) {
    if (site.at) return L.latLng(site.at);
    return page.map.getCenter();
  }

  function move(review, site) {
    const { page } = review;
    const kept = review.entries.get(setKey(site));
    const before = kept && kept.geometry && kept.geometry.type === "Point" ? kept.geometry.coordinates : null;
    let fix = null;
    tool.begin(page, short(site.name, 24), "拖动图钉，或点击地图上的实际位置。图钉尖端为准。", [
      ["用手机定位", () => locate(page, (at, accuracy) => { marker.setLatLng(at); fix = accuracy; page.map.setView(at, Math.max(page.map.getZoom(), 15), { animate: false }); }), "gr-tool-gps"],
      ["取消", () => tool.stop(page), "gr-tool-cancel"],
      ["完成", () => {
        const { lat, lng } = marker.getLatLng();
        const error = fix === null ? reach(page.map, marker.getLatLng()) : Math.max(1, Math.ceil(fix));
        tool.stop(page);
        put(review, site, { geometry: { type: "Point", coordinates: [round(lng), round(lat)] }, properties: { uncertainty_m: error } });
        form(review, site);
      }, "gr-tool-done"],
    ]);
    const marker = L.marker(before ? [before[1], before[0]] : middle(page, site), {
      pane: "gr-review", draggable: true, autoPan: true, icon: pin("gr-pin-moving"), title: "拖动到实际位置", alt: "待放置的图钉",
    }).addTo(page.tools);
    marker.on("dragend", () => { fix = null; });
    tool.onClick(page, (event) => { fix = null; marker.setLatLng(event.latlng); });
    page.inside(marker.getLatLng());
  }

  function outline(review, site) {
    const { page } = review;
    const corners = [];
    const shape = L.polygon([], { pane: "gr-review", interactive: false, color: "#0b6b83", weight: 2.4, fillOpacity: 0.12 });
    const redraw = () => shape.setLatLngs(corners.map((corner) => corner.getLatLng()));
    tool.begin(page, short(site.name, 24), "沿边界依次点击，至少三点；角点可拖动。", [
      ["撤销一点", () => { const last = corners.pop(); if (last) page.tools.removeLayer(last); redraw(); }, "gr-tool-undo"],
      ["取消", () => tool.stop(page), "gr-tool-cancel"],
      ["完成", () => {
        const ring = corners.map((corner) => corner.getLatLng());
        if (ring.length < 3) { $("gr-tool-hint").textContent = "至少需要三个角点。"; return; }
        if (crosses(ring)) { $("gr-tool-hint").textContent = "边界自相交，请拖动角点或撤销后重绘。"; return; }
        const error = reach(page.map, ring[0]);
        tool.stop(page);
        const closed = [...ring, ring[0]].map(({ lat, lng }) => [round(lng), round(lat)]);
        put(review, site, { geometry: { type: "Polygon", coordinates: [closed] }, properties: { uncertainty_m: error } });
        form(review, site);
      }, "gr-tool-done"],
    ]);
    page.tools.addLayer(shape);
    tool.onClick(page, (event) => {
      const corner = L.marker(event.latlng, {
        pane: "gr-review", draggable: true, title: "角点，可拖动",
        icon: L.divIcon({ className: "gr-corner", iconSize: [28, 28], iconAnchor: [14, 14] }),
      });
      corner.on("drag", redraw);
      corners.push(corner);
      page.tools.addLayer(corner);
      redraw();
    });
  }

  function crosses(ring) {
    const side = (a, b, c) => Math.sign((b.lng - a.lng) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lng - a.lng));
    const n = ring.length;
    for (let i = 0; i < n; i += 1) {
      for (let j = i + 2; j < n; j += 1) {
        if (i === 0 && j === n - 1) continue;
        const [a, b, c, d] = [ring[i], ring[(i + 1) % n], ring[j], ring[(j + 1) % n]];
        if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return true;
      }
    }
    return n === 3 && side(ring[0], ring[1], ring[2]) === 0;
  }

  function locate(page, take) {
    const hint = $("gr-tool-hint");
    const sorry = () => { hint.textContent = "手机定位不可用或未获允许：请拖动图钉，或点击地图。"; };
    if (!navigator.geolocation) { sorry(); return; }
    hint.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      if (!page.busy) return;
      hint.textContent = `已定位，误差约±${Math.ceil(coords.accuracy)}米。`;
      take(L.latLng(coords.latitude, coords.longitude), coords.accuracy);
    }, sorry, { enableHighAccuracy: true, timeout: 20000, maximumAge: 5000 });
  }

  /* ---- the form --------------------------------------------------------------------------- */

  function form(review, site) {
    const kept = (review.entries.get(setKey(site)) || { properties: {} }).properties;
    const field = (key, label, node) => html("label", { class: "gr-field" }, [html("span", { text: label }), node]);
    const input = (key, more) => html("input", { name: key, value: kept[key] || null, autocomplete: "off", ...more });
    const asked = review.questions.map(({ key, label, widget, choices }) => {
      if (choices.length) {
        return field(key, label, html("select", { name: key }, ["", ...choices].map((choice) => html("option", {
          value: choice, text: choice || "（未填）", selected: choice === (kept[key] || ""),
        }))));
      }
      if (widget === "long") return field(key, label, html("textarea", { name: key, rows: 3, text: kept[key] || "" }));
      if (widget === "date") return field(key, label, input(key, { type: "date", value: kept[key] || today() }));
      return field(key, label, input(key, { type: "text", placeholder: widget === "photo" ? "照片文件名或编号" : null }));
    });
    const made = html("form", {
      class: "gr-form", id: "gr-review-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          const properties = {};
          new FormData(made).forEach((value, key) => { properties[key] = String(value).trim(); });
          if (properties.uncertainty_m) properties.uncertainty_m = Number(properties.uncertainty_m);
          else properties.uncertainty_m = null;
          put(review, site, { properties });
          $("gr-review-work").replaceChildren();
          say(`已记录：${short(site.name, 30)}`);
        },
      },
    }, [
      html("h3", { text: `核查填报：${short(site.name, 40)}` }),
      kept.uncertainty_m || review.entries.get(setKey(site))?.geometry
        ? field("uncertainty_m", "误差（米）", input("uncertainty_m", { type: "number", min: "0.01", step: "any", inputmode: "decimal" })) : null,
      ...asked,
      html("div", { class: "gr-buttons" }, [
        html("button", { type: "button", class: "gr-small", text: "关闭", on: { click: () => $("gr-review-work").replaceChildren() } }),
        html("button", { type: "submit", class: "gr-small gr-main", id: "gr-review-save", text: "记录" }),
      ]),
    ]);
    $("gr-review-work").replaceChildren(made);
    review.page.tab("review");
    review.page.openSheet();
  }

  /* ---- what a popup or card offers -------------------------------------------------------- */

  function section(page, site) {
    const { review } = page;
    const act = (text, run, name) => html("button", { type: "button", class: "gr-small", "data-act": name, text, on: { click: run } });
    const numbers = site.issues.map(issueNumber).join("、");
    return html("section", { class: "gr-review", "aria-label": "核查填报" }, [
      html("h4", { text: "核查填报（离线可用）" }),
      html("div", { class: "gr-buttons" }, [
        act(site.at ? "移动点位" : "放置点位", () => move(review, site), "move"),
        act("勾绘轮廓", () => outline(review, site), "outline"),
        act("填写核查表", () => { page.map.closePopup(); form(review, site); }, "form"),
      ]),
      ...site.candidates.map((candidate) => html("div", { class: "gr-candidate" }, [
        html("span", { text: `候选：${candidate.words}` }),
        html("span", { class: "gr-buttons" }, [
          act("确认", () => { judge(review, site, candidate, "confirm"); chosen(page, site); }, "confirm"),
          act("排除", () => { judge(review, site, candidate, "reject"); chosen(page, site); }, "reject"),
        ]),
      ])),
      site.counted ? html("p", { class: "gr-detail", text: "计数点群：请索取逐点名录，不要用一个点代替全部。" }) : null,
      html("p", { class: "gr-detail", text: numbers ? `填报将按编号 ${site.id}（问题${numbers}）对回点位。` : `填报将按编号 ${site.id} 对回点位。` }),
    ]);
  }

  function chosen(page, site) {
    page.map.closePopup();
    page.tab("review");
    page.openSheet();
    say(`已记录：${short(site.name, 30)}`);
  }

  function attach(page) {
    const { data, map } = page;
    const review = {
      page, entries: new Map(), unsaved: false, fault: "",
      key: `geo-rectify ${data.review.key}`, questions: data.review.questions,
      drawn: L.layerGroup().addTo(map),
    };
    review.store = storage();
    page.review = review;
    load(review);
    $("gr-review-copy").addEventListener("click", () => copy(review));
    $("gr-review-export").addEventListener("click", () => download(review));
    window.addEventListener("beforeunload", (event) => {
      if (review.unsaved && review.entries.size) event.preventDefault();
    });
    show(review);
  }

  window.GeoRectify.review = { attach, section };
})();
