/* Symbols of the sites, clusters that open, the area of the site looked at. */
(function () {
  "use strict";
  const { CALM, html, symbol, short, siteWords } = window.GeoRectify;

  /* A symbol is made when it comes into view: thousands of sites cost nothing until then. */
  const SiteIcon = L.DivIcon.extend({
    createIcon(old) {
      this.options.html = symbol(this.options.site, this.options.look, 40);
      return L.DivIcon.prototype.createIcon.call(this, old);
    },
  });

  function drawSites(page) {
    const { data, map, look } = page;
    page.highlight = L.layerGroup().addTo(map);
    page.cluster = L.markerClusterGroup({
      maxClusterRadius: 30, animate: false, showCoverageOnHover: false, zoomToBoundsOnClick: false,
      spiderfyOnMaxZoom: false, spiderfyDistanceMultiplier: 1.5, chunkedLoading: false, iconCreateFunction: (c) => clusterIcon(c, page),
    });
    data.sites.filter((site) => site.at).forEach((site) => {
      const marker = L.marker(site.at, {
        icon: new SiteIcon({ className: "gr-marker", iconSize: [40, 40], iconAnchor: [20, 20], site, look }),
        keyboard: true, title: short(site.name, 40), riseOnHover: true,
      });
      marker.site = site;
      marker.on("click", () => page.open(site));
      marker.on("add", () => {
        const node = marker.getElement();
        node.setAttribute("aria-label", `${short(site.name, 40)}，${siteWords(site, look)}`);
      });
      page.markers.set(site.id, marker);
    });
    page.cluster.on("clusterclick", (event) => openCluster(page, event.layer));
    page.layers.set("sites", page.cluster);
    map.addLayer(page.cluster);
  }

  function clusterIcon(cluster, page) {
    const sites = cluster.getAllChildMarkers().map((marker) => marker.site);
    const worst = sites.reduce((a, b) => (page.look.rank(a) <= page.look.rank(b) ? a : b));
    const style = page.look.of(worst);
    const rough = sites.some((site) => !site.exact);
    return L.divIcon({
      className: "gr-marker", iconSize: [40, 40], iconAnchor: [20, 20],
      html: html("span", {
        class: rough ? "gr-cluster gr-rough" : "gr-cluster", style: `--v:${style.stroke}`,
        title: `${sites.length}个点位，点击展开`,
      }, [html("b", { text: sites.length }), "处"]),
    });
  }

  function openCluster(page, cluster) {
    const bounds = cluster.getBounds();
    const zoom = page.map.getBoundsZoom(bounds, false, L.point(60, 60));
    if (bounds.getNorthEast().equals(bounds.getSouthWest(), 1e-4) || zoom <= page.map.getZoom()) {
      cluster.spiderfy();
    } else {
      page.map.fitBounds(bounds, { padding: [60, 60], maxZoom: 13, animate: !CALM.matches });
    }
  }

  function mark(page, site) {
    page.highlight.clearLayers();
    page.current = site ? site.id : null;
    document.querySelectorAll(".gr-entry").forEach((node) => {
      node.setAttribute("aria-current", String(Boolean(site) && node.dataset.site === site.id));
    });
    if (!site || site.area === null) return;
    const style = page.look.of(site);
    page.highlight.addLayer(L.geoJSON(page.data.areas[site.area], {
      pane: "gr-chosen", interactive: false,
      style: { color: style.stroke, weight: 2.4, dashArray: "8 5", fillColor: style.stroke, fillOpacity: 0.1 },
    }));
  }

  Object.assign(window.GeoRectify, { drawSites, mark });
})();
