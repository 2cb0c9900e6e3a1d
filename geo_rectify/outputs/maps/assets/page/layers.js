/* Layers of the map: base, references, zones, footprints. */
(function () {
  "use strict";
  const { html, hatches, hatchPicture, unpack } = window.GeoRectify;
  const MANY = 600;

  function drawLayers(page) {
    const { data, map } = page;
    [["base", 250], ["zones", 350], ["labels", 380], ["tiles", 340], ["areas", 420], ["chosen", 430]].forEach(([name, z]) => {
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
    data.zones.forEach((zone) => add(page, `zone-${zone.key}`, zone.tiles ? tileLayer(page, zone) : zoneLayer(page, zone)));

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
      style: { color: group.color || (water ? "#8db9d8" : "#9b9486"), weight: water || group.color ? 2.2 : 1.1, fillOpacity: 0.08 },
      pointToLayer: (_, at) => L.circleMarker(at, { pane: "gr-base", radius: group.color ? 5 : 3, color: group.color || "#6b7b86", weight: 1.2, fillColor: "#fff", fillOpacity: 1 }),
      onEachFeature: (feature, layer) => {
        if (water && feature.properties.name) {
          layer.bindTooltip(tip(feature.properties.name), { permanent: true, direction: "center", className: "gr-river-name", pane: "gr-labels" });
        }
      },
    });
  }

  function zoneStyle(page, zone) {
    const style = zone.styles[page.theme];
    return {
      color: style.color, weight: style.width + 0.4, fillColor: `url(#gr-hatch-${zone.key})`,
      fillOpacity: 1, dashArray: style.dashed ? "7 5" : null,
    };
  }

  function zoneLayer(page, zone) {
    return L.geoJSON(collection(zone.features), {
      pane: "gr-zones",
      style: zoneStyle(page, zone),
      onEachFeature: ({ properties }, layer) => {
        const words = [zone.label, properties.name, properties.mark].filter(Boolean);
        layer.bindTooltip(tip(words.join(" ")), { sticky: true, className: "gr-tip" });
      },
    });
  }

  /* A large layer: vector tiles that stand in the page, drawn where the map looks. */
  function tileLayer(page, zone) {
    const bytes = unpack(zone.tiles);
    zone.tiles = true;
    const archive = new pmtiles.PMTiles({
      getKey: () => zone.key,
      getBytes: async (at, length) => ({ data: bytes.slice(at, at + length).buffer }),
    });
    const layer = protomapsL.leafletLayer({
      url: archive, maxDataZoom: zone.max_zoom, pane: "gr-tiles", attribution: "", noWrap: true,
      bounds: L.latLngBounds(zone.bounds).pad(0.05), labelRules: [], paintRules: paintRules(page, zone), tileDelay: 1,
    });
    layer.zone = zone;
    return layer;
  }

  function paintRules(page, zone) {
    const style = zone.styles[page.theme];
    return [{ dataLayer: "zones", symbolizer: new protomapsL.PolygonSymbolizer({
      pattern: hatchPicture(style), stroke: style.color, width: style.width, opacity: 1,
    }) }];
  }

  /* Tiles have no shapes to point at: a tap asks them what lies there. */
  function askTiles(page) {
    if (!page.data.zones.some((zone) => zone.tiles)) return;
    page.map.on("click", ({ latlng }) => {
      if (page.busy) return;
      const names = page.data.zones.filter((zone) => zone.tiles).flatMap((zone) => {
        const layer = page.layers.get(`zone-${zone.key}`);
        if (!page.map.hasLayer(layer)) return [];
        return [...layer.queryTileFeaturesDebug(latlng.lng, latlng.lat, 2).values()].flat().map(({ feature }) => feature.props.name);
      });
      if (page.tip) page.tip.remove();
      if (names.length) page.tip = L.tooltip({ className: "gr-tip" }).setLatLng(latlng).setContent(tip([...new Set(names)].join("；"))).addTo(page.map);
    });
  }

  function retheme(page) {
    document.getElementById("gr-hatches").replaceWith(hatches(page.data.zones, page.theme));
    page.data.zones.forEach((zone) => {
      const layer = page.layers.get(`zone-${zone.key}`);
      if (!zone.tiles) { layer.setStyle(zoneStyle(page, zone)); return; }
      layer.paintRules = paintRules(page, zone);
      if (page.map.hasLayer(layer)) layer.rerenderTiles();
    });
  }

  /* Many footprints are drawn on one canvas; a path each would make the map slow to move. */
  function drawFootprints(page, sites) {
    page.footprints.clearLayers();
    const many = sites.length > MANY;
    if (many && !page.canvas) page.canvas = L.canvas({ pane: "gr-areas" });
    const renderer = many ? { renderer: page.canvas } : {};
    const drawn = new Set();
    sites.filter((site) => site.at).forEach((site) => {
      const style = page.look.of(site);
      if (site.outline) {
        page.footprints.addLayer(L.geoJSON(site.outline, {
          pane: "gr-areas", interactive: false, ...renderer,
          style: { color: style.stroke, weight: 2.2, fillColor: style.stroke, fillOpacity: 0.15 },
        }));
      }
      const key = `${site.area} ${style.key}`;
      if (site.area !== null && !drawn.has(key)) {
        drawn.add(key);
        page.footprints.addLayer(L.geoJSON(page.data.areas[site.area], {
          pane: "gr-areas", interactive: false, ...renderer,
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
    page.data.zones.forEach((zone) => drawn.extend(zone.bounds));
    return drawn;
  }

  function toggleLayer(page, key, on) {
    const layer = page.layers.get(key);
    if (on) page.map.addLayer(layer); else page.map.removeLayer(layer);
    if (on) page.off.delete(key); else page.off.add(key);
    const box = document.querySelector(`[data-layer="${key}"]`);
    if (box) box.checked = on;
  }

  Object.assign(window.GeoRectify, { drawLayers, askTiles, retheme, drawFootprints, areaBounds, bounds, toggleLayer });
})();
