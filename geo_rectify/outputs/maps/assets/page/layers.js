/* Layers of the map: base, references, zones, footprints. */
(function () {
  "use strict";
  const { html } = window.GeoRectify;

  function drawLayers(page) {
    const { data, map } = page;
    [["base", 250], ["zones", 350], ["labels", 380], ["areas", 420], ["chosen", 430]].forEach(([name, z]) => {
      map.createPane(`gr-${name}`).style.zIndex = z;
    });
    add(page, "counties", L.geoJSON(collection(data.counties), {
      pane: "gr-base", interactive: false,
      style: { color: "#a39a88", weight: 1.3, fillColor: "#fdfcf8", fillOpacity: 1, className: "gr-county" },
    }));
    add(page, "names", L.layerGroup(data.counties.map((county) => L.marker(county.at, {
      interactive: false, keyboard: false, pane: "gr-labels",
      icon: L.divIcon({ className: "gr-county-name", iconSize: null, html: html("span", { text: county.name }) }),
    }))));
    data.references.forEach((group) => add(page, `reference-${group.key}`, reference(group)));
    data.zones.forEach((zone) => add(page, `zone-${zone.key}`, zoneLayer(zone)));

    page.footprints = L.layerGroup();
    add(page, "footprints", page.footprints);
  }

  function add(page, key, layer) {
    page.layers.set(key, layer);
    layer.addTo(page.map);
  }

  const collection = (features) => ({
    type: "FeatureCollection",
    features: features.map(({ geometry, ...properties }) => ({ type: "Feature", geometry, properties })),
  });

  const tip = (words) => html("span", { text: words });

  function reference(group) {
    const water = group.key === "river";
    return L.geoJSON(collection(group.features), {
      pane: "gr-base", interactive: false,
      style: { color: water ? "#8db9d8" : "#9b9486", weight: water ? 2.2 : 1.1, fillOpacity: 0.08 },
      pointToLayer: (_, at) => L.circleMarker(at, { pane: "gr-base", radius: 3, color: "#6b7b86", weight: 1.2, fillColor: "#fff", fillOpacity: 1 }),
      onEachFeature: (feature, layer) => {
        if (water && feature.properties.name) {
          layer.bindTooltip(tip(feature.properties.name), { permanent: true, direction: "center", className: "gr-river-name", pane: "gr-labels" });
        }
      },
    });
  }

  function zoneLayer(zone) {
    return L.geoJSON(collection(zone.features), {
      pane: "gr-zones",
      style: {
        color: zone.color, weight: zone.width + 0.4, fillColor: `url(#gr-hatch-${zone.key})`,
        fillOpacity: 1, dashArray: zone.dashed ? "7 5" : null,
      },
      onEachFeature: ({ properties }, layer) => {
        const words = [zone.label, properties.name, properties.mark].filter(Boolean);
        layer.bindTooltip(tip(words.join(" ")), { sticky: true, className: "gr-tip" });
      },
    });
  }

  function drawFootprints(page, sites) {
    page.footprints.clearLayers();
    const drawn = new Set();
    sites.filter((site) => site.at).forEach((site) => {
      const style = page.look.verdicts.get(site.verdict);
      if (site.outline) {
        page.footprints.addLayer(L.geoJSON(site.outline, {
          pane: "gr-areas", interactive: false,
          style: { color: style.stroke, weight: 2.2, fillColor: style.stroke, fillOpacity: 0.15 },
        }));
      }
      const key = `${site.area} ${site.verdict}`;
      if (site.area !== null && !drawn.has(key)) {
        drawn.add(key);
        page.footprints.addLayer(L.geoJSON(page.data.areas[site.area], {
          pane: "gr-areas", interactive: false,
          style: { color: style.stroke, weight: 1, opacity: 0.5, dashArray: "4 5", fillColor: style.stroke, fillOpacity: 0.025 },
        }));
      }
    });
  }

  const areaBounds = (page, site) => L.geoJSON(page.data.areas[site.area]).getBounds();

  function bounds(page) {
    const drawn = L.latLngBounds([]);
    if (page.data.counties.length) drawn.extend(page.layers.get("counties").getBounds());
    page.markers.forEach((marker) => drawn.extend(marker.getLatLng()));
    page.data.zones.forEach((zone) => drawn.extend(page.layers.get(`zone-${zone.key}`).getBounds()));
    return drawn;
  }

  function toggleLayer(page, key, on) {
    const layer = page.layers.get(key);
    if (on) page.map.addLayer(layer); else page.map.removeLayer(layer);
    const box = document.querySelector(`[data-layer="${key}"]`);
    if (box) box.checked = on;
  }

  Object.assign(window.GeoRectify, { drawLayers, drawFootprints, areaBounds, bounds, toggleLayer });
})();
