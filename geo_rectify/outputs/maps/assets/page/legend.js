/* The legend, in which layers are switched. */
(function () {
  "use strict";
  const { $, html, svg, symbol, swatch, short, segments, toggleLayer, retheme, onlineLines } = window.GeoRectify;

  const COLOURS = [["verdict", "判定"], ["progress", "进度"]];

  function recolour(page, mode) {
    page.look.mode = mode;
    page.chosen.clear();
    page.map.closePopup();
    page.markers.forEach((marker) => marker.setIcon(marker.options.icon));
    page.recoloured();
    again(page, mode);
  }

  /* Drawn anew, the switch that was pressed keeps the focus. */
  function again(page, key) {
    legend(page);
    const pressed = document.querySelector(`#gr-legend-body [data-choice="${key}"]`);
    if (pressed) pressed.focus();
  }

  function legend(page) {
    const { data, look, theme } = page;
    const used = new Set(data.sites.filter((site) => site.at).map((site) => site.shape));
    const sample = (verdict, more) => symbol(
      { issues: [], shape: "circle", verdict, progress: verdict, exact: true, unofficial: false, at: [0, 0], ...more }, look, 26);
    const line = (picture, words, note) => html("li", {}, [picture, html("span", {}, [words, note ? html("small", { text: note }) : null])]);
    const box = (key, words, picture, note) => html("li", {}, [
      html("label", {}, [
        html("input", {
          type: "checkbox", checked: !page.off.has(key), "data-layer": key,
          on: { change: (event) => toggleLayer(page, key, event.target.checked) },
        }),
        picture, html("span", {}, [words, note ? html("small", { text: note }) : null]),
      ]),
    ]);
    const part = (title, lines, name) => (lines.length ? html("section", { class: name || null }, [html("h2", { text: title }), html("ul", {}, lines)]) : null);
    const byVerdict = () => [
      ...data.verdicts.map((style) => line(sample(style.key), style.label)),
      ...(data.sites.some((site) => site.unofficial)
        ? [line(sample("possible", { unofficial: true }), "空心：只依据非正式图层", "不计入结论")] : []),
    ];
    const byProgress = () => {
      const present = new Set(data.sites.map((site) => site.progress));
      return [
        ...data.progress.filter((style) => present.has(style.key)).map((style) => line(sample(style.key), style.label)),
        html("li", { class: "gr-aside", text: `台账有人工填报的按填报，其余只按时限推算，截至${data.as_of}。` }),
      ];
    };
    const shapes = Object.entries(data.shapes).filter(([name]) => used.has(name)).map(([, shape]) => line(
      svg("svg", { viewBox: "-2 -2 28 28", width: 20, height: 20, "aria-hidden": "true" }, [
        svg("path", { d: shape.path, fill: "#e9edf0", stroke: "#53606a", "stroke-width": 1.8, "stroke-linejoin": "round" }),
      ]), shape.title));
    const ring = svg("svg", { viewBox: "0 0 30 18", width: 30, height: 18, "aria-hidden": "true" }, [
      svg("ellipse", { cx: 15, cy: 9, rx: 12, ry: 7.5, fill: "#59616a", "fill-opacity": 0.08, stroke: "#59616a", "stroke-width": 1.3, "stroke-dasharray": "3 2.6" }),
    ]);
    const choices = html("section", { class: "gr-choices" }, [
      segments("点位颜色", COLOURS, look.mode, (mode) => recolour(page, mode)),
      segments("管控区配色", data.themes.map(({ key, title }) => [key, title]), theme, (key) => { page.theme = key; retheme(page); again(page, key); }),
    ]);
    $("gr-legend-body").replaceChildren(...[
      choices,
      look.mode === "verdict" ? part("判定（符号颜色）", byVerdict()) : part("进度（符号颜色，取最急的一项）", byProgress()),
      part("类型（符号形状，数字为问题序号）", shapes),
      part("点位", [
        box("sites", "问题点位", null),
        line(html("span", { class: "gr-cluster-sample" }, [html("b", { text: "3" }), "处"]), "一处有多个点位", "放大或点击展开"),
        box("footprints", "位置误差范围", ring, "虚线：九成把握点位在此范围内"),
      ]),
      part("管控区", data.zones.map((zone) => box(`zone-${zone.key}`, zone.label, swatch(zone, theme), [zone.mark, zone.note].filter(Boolean).join(" ")))),
      part("范围尚未划定，图上没有边界", data.undelineated.map((name) => html("li", { text: short(name, 40) }))),
      part("底图", [
        ...(data.counties.length ? [box("counties", "县界", null, "公开数据，线位误差可达数百米"), box("names", "县名", null)] : []),
        ...data.references.map((group) => box(`reference-${group.key}`, group.label, null, group.note)),
        ...onlineLines(page),
      ], "gr-base-part"),
    ].filter(Boolean));
  }

  Object.assign(window.GeoRectify, { legend });
})();
