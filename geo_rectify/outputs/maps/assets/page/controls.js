/* Buttons on the map: whole extent, my position, scale. */
(function () {
  "use strict";
  const { $, html, svg, bounds, room } = window.GeoRectify;

  function drawControls(page) {
    L.control.zoom({ position: "topleft", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(page.map);
    whole(page).addTo(page.map);
    here(page).addTo(page.map);
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

  Object.assign(window.GeoRectify, { drawControls, fit });
})();
