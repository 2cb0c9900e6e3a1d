/* The box of whatever works on the map right now: one tool at a time, left by Esc. */
(function () {
  "use strict";
  const { $, html } = window.GeoRectify;

  function begin(page, name, hint, buttons) {
    stop(page);
    page.busy = true;
    page.map.closePopup();
    page.quiet();
    $("gr-tool-name").textContent = name;
    $("gr-tool-hint").textContent = hint;
    $("gr-tool-buttons").replaceChildren(...buttons.map(([text, act, id]) => html("button", {
      type: "button", id, class: id === "gr-tool-done" ? "gr-small gr-main" : "gr-small", text, on: { click: act },
    })));
    $("gr-tool").hidden = false;
    document.body.classList.add("gr-working");
  }

  function stop(page) {
    page.busy = false;
    page.tools.clearLayers();
    if (page.onClick) page.map.off("click", page.onClick);
    page.onClick = null;
    $("gr-tool").hidden = true;
    document.body.classList.remove("gr-working");
  }

  function onClick(page, act) {
    page.onClick = act;
    page.map.on("click", act);
  }

  function attach(page) {
    page.map.createPane("gr-review").style.zIndex = 640;
    page.tools = L.layerGroup().addTo(page.map);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && page.busy) stop(page); });
  }

  window.GeoRectify.tool = { attach, begin, stop, onClick };
})();
