/* What a popup or card says of one site. */
(function () {
  "use strict";
  const { html, issueNumber } = window.GeoRectify;
  const MANY_UNITS = 6;
  const FEW_ZONES = 2;

  const row = (title, children) =>
    html("div", { class: "gr-row" }, [html("dt", { text: title }), html("dd", {}, children)]);

  function sentence(entry, data) {
    const issue = data.issues[entry.issue];
    const where = [];
    if (issue && issue.document) where.push(issue.document);
    if (entry.issue) where.push(`问题${issueNumber(entry.issue)}`);
    if (entry.locator) where.push(entry.locator);
    return html("blockquote", {}, [
      html("p", {}, [entry.before, html("mark", { text: entry.hit }), entry.after]),
      html("cite", { text: where.join(" · ") || "原文" }),
    ]);
  }

  function issueBlock(key, data) {
    const issue = data.issues[key];
    if (!issue) return null;
    const shown = issue.units.slice(0, MANY_UNITS).join("、");
    const rest = issue.units.slice(MANY_UNITS);
    const units = [shown || "方案未载明"];
    if (rest.length) {
      units.push(
        html("details", {}, [
          html("summary", { text: `等${issue.units.length}个单位` }),
          html("span", { text: rest.join("、") }),
        ]),
      );
    }
    return html("section", { class: "gr-issue" }, [
      html("h4", {}, [html("b", { text: `问题${issueNumber(key)}` }), ` ${issue.heading}`]),
      html("dl", {}, [
        row("整改时限", [issue.deadline || "方案未载明"]),
        row("进度状态", [issue.progress]),
        row("责任单位", units),
        issue.acceptance.length ? row("验收单位", [issue.acceptance.join("、")]) : null,
        issue.petitions ? row("群众信访", [issue.petitions]) : null,
      ]),
    ]);
  }

  function zoneNames(names) {
    if (names.length <= FEW_ZONES) return [names.join("、")];
    return [html("details", {}, [
      html("summary", { text: `${names.length}类管控区` }), html("span", { text: names.join("、") }),
    ])];
  }

  function verdictTable(site, look) {
    const rows = site.verdicts.map((entry) => {
      const style = look.verdicts.get(entry.verdict);
      return html("tr", {}, [
        html("th", { scope: "row" }, zoneNames(entry.zones)),
        html("td", {}, [
          html("span", { class: `gr-verdict gr-is-${entry.verdict}`, style: `--v:${style.stroke}`, text: entry.label }),
          entry.detail ? html("span", { class: "gr-detail", text: entry.detail }) : null,
          entry.rules.length ? html("span", { class: "gr-detail", text: `条款：${entry.rules.join("；")}` }) : null,
        ]),
      ]);
    });
    return html("table", { class: "gr-verdicts" }, [
      html("caption", { text: "与管控区的关系" }),
      html("tbody", {}, rows),
    ]);
  }

  function position(site) {
    if (!site.at) {
      const words = site.counted
        ? "计数点群：方案只给出数量，未附名录，图上不标点位。"
        : site.extent
          ? "涉及区域：问题涉及整个行政区，图上不标点位。"
          : "尚未定位：图上不标点位，请核查后填入待定位清单。";
      return html("p", { class: "gr-note", text: words + (site.area === null ? "" : "虚线为所在行政区。") });
    }
    const parts = site.coordinates.map((entry) =>
      html("p", { class: "gr-coordinates" }, [
        html("b", { text: entry.title }), html("span", { text: entry.dms }),
        html("span", { class: "gr-detail", text: entry.decimal }),
      ]),
    );
    if (!site.exact) {
      parts.push(html("p", { class: "gr-note", text: `图上符号只是参考位置，实际点位在虚线误差范围内（${site.precision_label}）。` }));
    }
    parts.push(html("p", { class: "gr-detail", text: "GCJ-02 由公式近似换算，不作测量成果。" }));
    parts.push(
      html("a", {
        class: "gr-navigate", href: site.navigation, target: "_blank", rel: "noopener noreferrer",
        text: site.exact ? "高德地图导航（需联网）" : "导航到参考位置（需联网）",
      }),
    );
    return html("div", { class: "gr-position" }, parts);
  }

  function details(site, data, look) {
    const facts = [site.kind, site.county, site.precision_label].filter(Boolean);
    if (site.relation) facts.push(`位于其${site.relation}`);
    if (site.stated) facts.push(site.stated);
    if (site.petitions) facts.push(site.petitions);
    const aliases = site.aliases.filter((name) => name !== site.name);
    return html("article", { class: "gr-details" }, [
      html("h3", { text: site.name, title: site.name }),
      html("ul", { class: "gr-facts" }, facts.map((text) => html("li", { text }))),
      aliases.length ? html("p", { class: "gr-detail", text: `又称：${aliases.join("、")}` }) : null,
      ...site.sentences.map((entry) => sentence(entry, data)),
      site.verdicts.length ? verdictTable(site, look) : null,
      ...site.issues.map((key) => issueBlock(key, data)),
      position(site),
      site.source ? html("p", { class: "gr-detail", text: `位置来源：${site.source}` }) : null,
    ]);
  }

  window.GeoRectify.details = details;
})();
