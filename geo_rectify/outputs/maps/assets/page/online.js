/* An online base map, loaded only once it is switched on; a key stays with the reader. */
(function () {
  "use strict";
  const { html, storage } = window.GeoRectify;

  function draw(page, key) {
    const { online } = page.data;
    const layer = page.layers.get("online");
    layer.clearLayers();
    online.urls.forEach((url) => layer.addLayer(L.tileLayer(url.replace("{key}", encodeURIComponent(key)), {
      pane: "gr-online", maxNativeZoom: online.max_zoom, maxZoom: 20, attribution: "",
    })));
  }

  function show(page, on, key) {
    if (on) draw(page, key);
    page.layers.get("counties").setStyle({ fillOpacity: on ? 0 : 1 });
    window.GeoRectify.toggleLayer(page, "online", on);
  }

  function attachOnline(page) {
    if (!page.data.online) return;
    page.map.createPane("gr-online").style.zIndex = 240;
    page.layers.set("online", L.layerGroup());
    page.off.add("online");
  }

  /* The lines of the legend. */
  function onlineLines(page) {
    const { online } = page.data;
    if (!online) return [];
    const name = `geo-rectify key ${online.title}`;
    const store = storage();
    const field = html("input", {
      type: "password", class: "gr-key", autocomplete: "off", placeholder: "填入您的密钥", "aria-label": `${online.title}密钥`,
      value: (store && store.getItem(name)) || null,
      on: { change: () => { if (store) store.setItem(name, field.value.trim()); if (box.checked) show(page, Boolean(field.value.trim()), field.value.trim()); } },
    });
    const box = html("input", {
      type: "checkbox", checked: !page.off.has("online"), "data-layer": "online",
      on: {
        change: () => {
          const key = field.value.trim();
          if (box.checked && online.key && !key) { box.checked = false; field.focus(); return; }
          show(page, box.checked, key);
        },
      },
    });
    return [
      html("li", {}, [html("label", {}, [box, html("span", {}, [`在线底图：${online.title}`, html("small", { text: "需联网，打开后才加载" })])])]),
      online.key ? html("li", { class: "gr-aside" }, [field, "密钥只留在本机浏览器，不写入文件"]) : null,
    ];
  }

  Object.assign(window.GeoRectify, { attachOnline, onlineLines });
})();
