/* The list beside the map, and the places still to be located. */
(function () {
  "use strict";
  const { $, html, symbol, issueNumber, short, siteWords, hit, ordered, group, passes, drawFootprints, go } = window.GeoRectify;

  const AT_ONCE = 120;

  /* Puts the next entries into the list; the rest waits until it is asked for or scrolled to. */
  function more(page, begin) {
    const box = $("gr-list");
    const next = page.told.slice(begin, begin + AT_ONCE);
    box.append(...next.map(([site, why]) => html("li", {}, [entry(page, site, why)])));
    const left = page.told.length - begin - next.length;
    if (left <= 0) return;
    const button = html("button", { type: "button", class: "gr-small gr-next", text: `再显示${Math.min(AT_ONCE, left)}处（还有${left}处）` });
    const item = html("li", {}, [button]);
    const go_on = () => { if (item.isConnected) { item.remove(); more(page, begin + AT_ONCE); } };
    button.addEventListener("click", () => {
      go_on();
      const first = box.children[begin + AT_ONCE];
      if (first) first.querySelector("button").focus();
    });
    box.append(item);
  }

  function list(page) {
    const query = $("gr-query").value.trim();
    const found = [];
    const counts = new Map();
    ordered(page, page.data.sites).forEach((site) => {
      const why = hit(page, site, query);
      if (why === null || !passes(page, site)) return;
      counts.set(group(page, site), (counts.get(group(page, site)) || 0) + 1);
      if (page.chosen.size === 0 || page.chosen.has(group(page, site))) found.push([site, why]);
    });
    page.found = found.map(([site]) => site);
    page.told = found;
    $("gr-list").replaceChildren();
    more(page, 0);
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
    const style = page.look.of(site);
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
        html("span", { class: "gr-entry-verdict", style: `color:${style.stroke}`, text: siteWords(site, page.look) }),
        why ? html("span", { class: "gr-entry-meta", text: why }) : null,
      ]),
    ]);
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

  Object.assign(window.GeoRectify, { list, worklist });
})();
