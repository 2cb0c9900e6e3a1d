/* Buttons on the map: whole extent, my position, measuring, print, scale. */
(function () {
  "use strict";
  const { $, html, svg, bounds, room, measure, sheetView } = window.GeoRectify;

  function drawControls(page) {
    L.control.zoom({ position: "topleft", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(page.map);
    button(page, "显示全部", "gr-whole", ["M4 9 V4 H9 M15 4 H20 V9 M20 15 V20 H15 M9 20 H4 V15"], () => fit(page));
    button(page, "我的位置", "gr-here", ["M12 6.5 A5.5 5.5 0 1 1 11.99 6.5 Z", "M12 1.5 V6 M12 18 V22.5 M1.5 12 H6 M18 12 H22.5"], here(page));
    button(page, "测量距离和面积", "gr-measure", ["M2.5 16 L16 2.5 L21.5 8 L8 21.5 Z", "M7 11.5 L9.5 14 M10.5 8 L12 9.5 M14 4.5 L16.5 7"], () => measure(page, false));
    button(page, "打印版式", "gr-print", ["M7 8 V3 H17 V8 M7 17 H3.5 V8.5 H20.5 V17 H17", "M7 14 H17 V21 H7 Z"], () => sheetView.open(page));
    new Scale({ imperial: false, maxWidth: 130, position: "bottomleft" }).addTo(page.map);
  }

  const Scale = L.Control.Scale.extend({
    _updateMetric(maxMeters) {
      const meters = this._getRoundNum(maxMeters);
      const words = meters < 1000 ? `${meters} 米` : `${meters / 1000} 千米`;
      this._updateScale(this._mScale, words, meters / maxMeters);
    },
  });

  function fit(page) {
    const all = bounds(page);
    if (all.isValid()) page.map.fitBounds(all, { ...room(), maxZoom: 14, animate: false });
  }

  /* A button on the map, its picture drawn from SVG paths on a square of 24. */
  function button(page, title, name, paths, act) {
    const Button = L.Control.extend({
      onAdd() {
        const box = html("div", { class: "leaflet-bar" }, [
          html("button", { type: "button", title, "aria-label": title, class: `gr-button ${name}`, on: { click: act } }, [
            svg("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" }, paths.map((d) => svg("path", {
              d, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linejoin": "round",
            }))),
          ]),
        ]);
        L.DomEvent.disableClickPropagation(box);
        return box;
      },
    });
    new Button({ position: "topleft" }).addTo(page.map);
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
    return find;
  }

  Object.assign(window.GeoRectify, { drawControls, fit });
})();
