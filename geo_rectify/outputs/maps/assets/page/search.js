/* What a site is found by: its names, issue, units; filters, and the order of the list. */
(function () {
  "use strict";
  const { $, html, issueNumber } = window.GeoRectify;
  const FAR = 20000;

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
          on: { change: (event) => { page.wanted.set(key, event.target.value); page.refresh(); } },
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
            page.refresh();
          },
        },
      }, [html("i", { "aria-hidden": "true" }), words, html("b")]);
    }));
  }

  Object.assign(window.GeoRectify, { verdictWords, hit, ordered, group, passes, filters, chips });
})();
