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

  /* What the colour of a site says. */
  const siteWords = (site, look) => (look.mode === "verdict" ? verdictWords(site, look) : look.of(site).label);

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

  const group = (page, site) => {
    if (page.look.mode === "progress") return site.progress;
    return site.unofficial ? `${site.verdict}:unofficial` : site.verdict;
  };

  function rank(page, site) {
    const first = site.issues.length ? Number(issueNumber(site.issues[0])) : FAR;
    return [page.look.rank(site), page.look.mode === "verdict" && site.unofficial ? 1 : 0, Number.isFinite(first) ? first : FAR];
  }

  function ordered(page, sites) {
    return sites.map((site, i) => [rank(page, site).concat(i), site])
      .sort(([a], [b]) => a.map((value, i) => value - b[i]).find(Boolean) || 0)
      .map(([, site]) => site);
  }

  const chinese = (a, b) => a.localeCompare(b, "zh-CN");
  const number = (a, b) => parseInt(a.replace(/^\D+/u, ""), 10) - parseInt(b.replace(/^\D+/u, ""), 10) || chinese(a, b);

  const issueName = (key, data) => {
    const issue = data.issues[key];
    return issue && issue.document ? `问题${issueNumber(key)}（${issue.document}）` : `问题${issueNumber(key)}`;
  };

  /* What a site has of each thing it can be filtered by; a site of two counties has both. */
  const FILTERS = [
    ["county", "县（市、区）", (site) => site.counties.split("|").filter(Boolean)],
    ["issue", "问题序号", (site, data) => site.issues.map((key) => issueName(key, data)), number],
    ["unit", "责任单位", (site, data) => site.issues.map((key) => data.issues[key]).filter(Boolean).flatMap((issue) => issue.units), chinese],
    ["precision", "定位精度", (site) => [site.precision_word]],
    ["deadline", "整改时限", (site, data) => site.issues.map((key) => data.issues[key]).filter(Boolean).map((issue) => issue.due), chinese],
  ];
  const NONE = "（无）";

  const values = (page, site, of) => {
    const found = of(site, page.data).map((value) => value || NONE);
    return found.length ? found : [NONE];
  };

  const passes = (page, site) => FILTERS.every(([key, , of]) => !page.wanted.get(key) || values(page, site, of).includes(page.wanted.get(key)));

  function filters(page) {
    $("gr-filters").append(...FILTERS.map(([key, title, of, order]) => {
      const present = [...new Set(page.data.sites.flatMap((site) => values(page, site, of)))];
      if (order) present.sort(order);
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
    ordered(page, page.data.sites).forEach((site) => present.set(group(page, site), site));
    $("gr-chips").replaceChildren(...[...present].map(([key, site]) => {
      const style = page.look.of(site);
      const words = style.label.replace(/（.*）/u, "") + (key.endsWith(":unofficial") ? "·非正式图层" : "");
      return html("button", {
        type: "button", class: "gr-chip", "data-group": key, "aria-pressed": String(page.chosen.has(key)), style: `--v:${style.stroke}`,
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

  Object.assign(window.GeoRectify, { verdictWords, siteWords, hit, ordered, group, passes, filters, chips });
})();
