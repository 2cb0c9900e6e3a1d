/* Measuring on the map: a line's length, an area in square metres, hectares and mu. */
(function () {
  "use strict";
  const { $, html, distance, area, tool } = window.GeoRectify;
  const M2_PER_MU = 10000 / 15;
  const FINGER = 4;

  /* Three figures that count, never finer than the pixels pointed with. */
  function rounded(value, grain) {
    const figures = 10 ** (Math.floor(Math.log10(Math.max(value, 1))) - 3);
    const step = Math.max(figures, 10 ** Math.floor(Math.log10(Math.max(grain, 1e-3))));
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    return (Math.round(value / step) * step).toFixed(digits);
  }

  const pixel = (map, at) => {
    const here = map.latLngToContainerPoint(at);
    return distance(at, map.containerPointToLatLng(here.add([FINGER, 0])));
  };

  function lengthWords(metres, grain) {
    return metres < 1000 ? `${rounded(metres, grain)}米` : `${rounded(metres / 1000, grain / 1000)}千米`;
  }

  function areaWords(square, grain) {
    const words = [];
    if (square < 1e6) words.push(`${rounded(square, grain)}平方米`);
    else words.push(`${rounded(square / 1e6, grain / 1e6)}平方千米`);
    words.push(`${rounded(square / 1e4, grain / 1e4)}公顷`, `${rounded(square / M2_PER_MU, grain / M2_PER_MU)}亩`);
    return words.join("，合");
  }

  function tell(page, points, flat) {
    const at = points.map((corner) => corner.getLatLng());
    let long = 0;
    at.forEach((to, i) => { if (i) long += distance(at[i - 1], to); });
    if (at.length < 2) return flat ? "沿边界依次点击，至少三点。" : "依次点击要量的各点。";
    const grain = pixel(page.map, at[0]);
    if (!flat) return `全长约${lengthWords(long, grain)}`;
    if (at.length < 3) return "再点一处，至少三点。";
    const around = long + distance(at[at.length - 1], at[0]);
    return `面积约${areaWords(area(at), around * grain * 0.5)}；周长约${lengthWords(around, grain)}`;
  }

  function measure(page, flat) {
    const corners = [];
    const style = { pane: "gr-review", interactive: false, color: "#7a2e8e", weight: 2.6, fillOpacity: 0.1 };
    const shape = flat ? L.polygon([], style) : L.polyline([], style);
    const draw = () => {
      shape.setLatLngs(corners.map((corner) => corner.getLatLng()));
      $("gr-tool-hint").textContent = tell(page, corners, flat);
    };
    tool.begin(page, flat ? "测面积" : "测距离", tell(page, [], flat), [
      [flat ? "改测距离" : "改测面积", () => measure(page, !flat), "gr-tool-other"],
      ["撤销一点", () => { const last = corners.pop(); if (last) page.tools.removeLayer(last); draw(); }, "gr-tool-undo"],
      ["重测", () => measure(page, flat), "gr-tool-again"],
      ["结束", () => tool.stop(page), "gr-tool-done"],
    ]);
    page.tools.addLayer(shape);
    tool.onClick(page, (event) => {
      const corner = L.marker(event.latlng, {
        pane: "gr-review", draggable: true, title: "角点，可拖动", icon: L.divIcon({ className: "gr-corner gr-measuring", iconSize: [28, 28], iconAnchor: [14, 14] }),
      });
      corner.on("drag", draw);
      corners.push(corner);
      page.tools.addLayer(corner);
      draw();
    });
  }

  /* ---- where the pointer is --------------------------------------------------------------- */

  /* Digits of a degree that a pixel at this zoom earns: five at the most, about a metre. */
  function digits(map) {
    const metres = pixel(map, map.getCenter()) / FINGER;
    return Math.min(5, Math.max(2, Math.round(Math.log10(111320 / metres))));
  }

  function whereWords(page, at) {
    const count = digits(page.map);
    const write = ({ lat, lng }) => `${lng.toFixed(count)}, ${lat.toFixed(count)}`;
    return [write(at), write(window.GeoRectify.gcj02(at.lng, at.lat))];
  }

  function where(page) {
    const told = $("gr-where");
    const tell = ({ latlng }) => {
      const [wgs84, shifted] = whereWords(page, latlng.wrap());
      told.replaceChildren(
        html("span", {}, [html("b", { text: "WGS84" }), ` ${wgs84}`]),
        html("span", {}, [html("b", { text: "GCJ-02" }), ` ${shifted}`]),
      );
      told.hidden = false;
    };
    page.map.on("mousemove", tell);
    page.map.on("click", tell);
  }

  Object.assign(window.GeoRectify, { measure, where, whereWords });
})();
