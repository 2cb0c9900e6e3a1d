/* Going to a site: its popup, or the card below the map. */
(function () {
  "use strict";
  const { $, PHONE, CALM, details, review, room, sheet, sheetOpen, toggleLayer, areaBounds, mark } = window.GeoRectify;

  function sizePopups(map) {
    const most = Math.max(160, map.getSize().y - 110);
    map.getContainer().style.setProperty("--gr-popup", `${Math.min(most, 460)}px`);
  }

  const popped = (page, site) => Boolean(page.popup) && page.popup.isOpen() && page.popped === site.id;

  function go(page, site) {
    if (page.busy || popped(page, site)) return;
    closeCard(page);
    if (PHONE.matches) sheet(false);
    page.map.invalidateSize({ animate: false });
    if (!site.at) { showCard(page, site); return; }
    toggleLayer(page, "sites", true);
    const marker = page.markers.get(site.id);
    if (!page.cluster.hasLayer(marker)) page.cluster.addLayer(marker);
    if (PHONE.matches) showCard(page, site);
    const target = L.latLngBounds([site.at, site.at]);
    if (site.area !== null) target.extend(areaBounds(page, site));
    // Of several sites asked for while the map moves, the last one is opened, and once.
    if (page.arrive) page.map.off("moveend", page.arrive);
    page.arrive = () => open(page, site);
    page.map.once("moveend", page.arrive);
    page.map.fitBounds(target, { ...room(), maxZoom: 15, animate: !CALM.matches, duration: 0.5 });
  }

  /* Shows what is known of a site: beside its symbol, on a phone in the card below the map. */
  function open(page, site) {
    if (page.busy) return;
    const marker = page.markers.get(site.id);
    const parent = page.cluster.getVisibleParent(marker);
    if (parent && parent !== marker) parent.spiderfy();
    if (PHONE.matches) {
      if (sheetOpen()) sheet(false);
      // The card may stand already: drawn again, a tap that has begun on it would be lost.
      if (page.carded !== site.id) showCard(page, site);
      page.map.panInside(marker.getLatLng(), { ...room(), animate: !CALM.matches });
      return;
    }
    // A popup that stands is left alone: drawn again, a click that has begun on it would be lost.
    if (popped(page, site)) return;
    closeCard(page);
    page.popped = site.id;
    page.popup = L.popup({ maxWidth: 360, minWidth: 320, offset: [0, -12], autoPan: false })
      .setLatLng(marker.getLatLng()).setContent(told(page, site)).openOn(page.map);
    page.popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", "关闭");
    mark(page, site);
    bringIn(page.map, page.popup);
  }

  /* Moves the map at once, not gliding, so that the popup stands still when it is reached for. */
  function bringIn(map, popup) {
    const { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] } = room();
    const box = popup.getElement().getBoundingClientRect();
    const frame = map.getContainer().getBoundingClientRect();
    const over = (low, high) => Math.min(0, low) || Math.max(0, high);
    const x = over(box.left - frame.left - left, box.right - frame.right + right);
    const y = over(box.top - frame.top - top, box.bottom - frame.bottom + bottom);
    if (x || y) map.panBy([x, y], { animate: false });
  }

  function told(page, site) {
    const made = details(site, page.data, page.look);
    made.append(review.section(page, site));
    return made;
  }

  function showCard(page, site) {
    page.map.closePopup();
    $("gr-card-body").replaceChildren(told(page, site));
    $("gr-card").hidden = false;
    $("gr-card").scrollTop = 0;
    page.carded = site.id;
    document.body.classList.add("gr-with-card");
    mark(page, site);
    if (!site.at && site.area !== null) {
      page.map.fitBounds(areaBounds(page, site), { ...room(), maxZoom: 12, animate: !CALM.matches });
    }
  }

  function closeCard(page) {
    if ($("gr-card").hidden) return;
    $("gr-card").hidden = true;
    document.body.classList.remove("gr-with-card");
    page.carded = null;
    mark(page, null);
  }

  Object.assign(window.GeoRectify, { go, open, closeCard, sizePopups });
})();
