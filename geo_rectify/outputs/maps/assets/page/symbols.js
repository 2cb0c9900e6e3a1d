/* Symbols, hatches and swatches. */
(function () {
  "use strict";
  const { html, svg, issueNumber } = window.GeoRectify;
  const TEXT_AT = { triangle: 17, drop: 16.2, pentagon: 14.4 };
  const BADGE = { triangle: [20, 3], default: [22, 2] };

  function colours(style, unofficial) {
    return unofficial
      ? { fill: "#ffffff", stroke: style.stroke, text: style.stroke }
      : { fill: style.fill, stroke: style.stroke, text: style.text };
  }

  /* One symbol: shape by kind, colour by verdict or progress, number of the issue, dashed ring where the
     position is known only roughly. */
  function symbol(site, look, size) {
    const style = look.of(site);
    const paint = colours(style, look.mode === "verdict" && site.unofficial);
    const shape = look.shapes[site.shape];
    const first = site.issues.length ? issueNumber(site.issues[0]) : "";
    const more = site.issues.length - 1;
    const at = TEXT_AT[site.shape] || 12;
    const badge = BADGE[site.shape] || BADGE.default;
    return svg(
      "svg",
      { viewBox: "-8 -8 40 40", width: size, height: size, "aria-hidden": "true", class: "gr-symbol" },
      [
        !site.exact && site.at
          ? svg("circle", {
              cx: 12, cy: 12, r: 18, fill: paint.stroke, "fill-opacity": 0.07,
              stroke: paint.stroke, "stroke-width": 1.4, "stroke-dasharray": "3.2 2.8",
            })
          : null,
        svg("path", {
          d: shape.path, fill: paint.fill, stroke: "#ffffff", "stroke-width": 4.6,
          "stroke-linejoin": "round",
        }),
        svg("path", {
          d: shape.path, fill: paint.fill, stroke: paint.stroke, "stroke-width": 1.8,
          "stroke-linejoin": "round", "stroke-dasharray": style.dashed ? "3 2.2" : null,
        }),
        svg("text", {
          x: 12, y: at, fill: paint.text, "text-anchor": "middle", "dominant-baseline": "central",
          "font-size": first.length > 2 ? 8 : 11, "font-weight": 700, text: first,
        }),
        more > 0 ? chip(23, 22, `+${more}`, paint.stroke) : null,
        style.mark ? chip(badge[0], badge[1], style.mark, paint.stroke) : null,
      ],
    );
  }

  function chip(x, y, words, colour) {
    return svg("g", {}, [
      svg("circle", { cx: x, cy: y, r: 7, fill: "#ffffff", stroke: colour, "stroke-width": 1.2 }),
      svg("text", {
        x, y, fill: colour, "text-anchor": "middle", "dominant-baseline": "central",
        "font-size": 9, "font-weight": 700, text: words,
      }),
    ]);
  }

  const HATCHES = {
    "/": ["M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6"],
    "\\": ["M-2 6 L2 10 M0 0 L8 8 M6 -2 L10 2"],
    x: ["M0 0 L8 8", "M0 8 L8 0"],
    "-": ["M0 4 L8 4"],
    "|": ["M4 0 L4 8"],
    "+": ["M0 4 L8 4", "M4 0 L4 8"],
    ".": ["M4 3.2 L4 4.8"],
  };

  function pattern(zone, theme) {
    const { color, hatch } = zone.styles[theme];
    const lines = HATCHES[hatch] || [];
    return svg(
      "pattern",
      { id: `gr-hatch-${zone.key}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
      [svg("rect", { width: 8, height: 8, fill: color, "fill-opacity": 0.16 })].concat(
        lines.map((d) =>
          svg("path", {
            d, stroke: color, "stroke-width": hatch === "." ? 1.8 : 1.1,
            "stroke-opacity": 0.75, "stroke-linecap": "round", fill: "none",
          }),
        ),
      ),
    );
  }

  function hatches(zones, theme) {
    return svg(
      "svg",
      { width: 0, height: 0, id: "gr-hatches", "aria-hidden": "true", style: "position:absolute" },
      [svg("defs", {}, zones.map((zone) => pattern(zone, theme)))],
    );
  }

  /* The same hatch as a picture, for layers drawn on canvas. */
  function hatchPicture({ color, hatch }) {
    const picture = html("canvas", { width: 8, height: 8 });
    const pen = picture.getContext("2d");
    pen.fillStyle = color;
    pen.globalAlpha = 0.16;
    pen.fillRect(0, 0, 8, 8);
    pen.globalAlpha = 0.75;
    pen.strokeStyle = color;
    pen.lineWidth = hatch === "." ? 1.8 : 1.1;
    pen.lineCap = "round";
    (HATCHES[hatch] || []).forEach((d) => pen.stroke(new Path2D(d)));
    return picture;
  }

  function swatch(zone, theme) {
    const style = zone.styles[theme];
    return svg("svg", { viewBox: "0 0 30 18", width: 30, height: 18, "aria-hidden": "true" }, [
      svg("rect", {
        x: 1.5, y: 1.5, width: 27, height: 15, rx: 2, fill: `url(#gr-hatch-${zone.key})`,
        stroke: style.color, "stroke-width": style.width,
        "stroke-dasharray": style.dashed ? "4 3" : null,
      }),
    ]);
  }

  Object.assign(window.GeoRectify, { symbol, hatches, hatchPicture, swatch });
})();
