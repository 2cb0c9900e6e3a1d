/* What stands over the map: the list's sheet, its tabs, foldable boxes. */
(function () {
  "use strict";
  const { $, PHONE } = window.GeoRectify;
  const TABS = ["sites", "worklist", "review"];

  /* What stands over the map: nothing may be moved to behind it. */
  function room() {
    const card = $("gr-card").hidden ? null : $("gr-card").getBoundingClientRect();
    if (PHONE.matches) {
      return { paddingTopLeft: [20, 52], paddingBottomRight: [20, 20 + (card ? card.height : 0)] };
    }
    const legend = $("gr-legend").classList.contains("gr-folded") ? 0 : $("gr-legend").offsetWidth + 14;
    return { paddingTopLeft: [card ? card.width + 84 : 64, 16], paddingBottomRight: [legend + 16, 16] };
  }

  function expand(id, open) {
    $(id).classList.toggle("gr-folded", !open);
    $(`${id}-button`).setAttribute("aria-expanded", String(open));
  }

  const sheetOpen = () => !document.body.classList.contains("gr-sheet-closed");

  function sheet(open) {
    document.body.classList.toggle("gr-sheet-closed", !open);
    $("gr-grip").setAttribute("aria-expanded", String(open));
    $("gr-grip-text").textContent = open ? "收起清单" : "展开清单";
  }

  function tab(name) {
    TABS.forEach((key) => {
      const on = key === name;
      $(`gr-tab-${key}`).setAttribute("aria-selected", String(on));
      $(`gr-tab-${key}`).tabIndex = on ? 0 : -1;
      $(`gr-pane-${key}`).hidden = !on;
    });
    $("gr-sheet").scrollTop = 0;
  }

  Object.assign(window.GeoRectify, { room, expand, sheetOpen, sheet, tab, TABS });
})();
