/* Where entries are kept: in the browser, if it lets. */
(function () {
  "use strict";

  /* Reading the property already throws where storage is denied. */
  function storage() {
    try {
      const store = window.localStorage;
      store.setItem("geo-rectify-test", "1");
      store.removeItem("geo-rectify-test");
      return store;
    } catch {
      return null;
    }
  }

  function load(review) {
    if (!review.store) return;
    try {
      const kept = JSON.parse(review.store.getItem(review.key) || "[]");
      kept.filter((entry) => entry && typeof entry.key === "string" && entry.properties)
        .forEach((entry) => review.entries.set(entry.key, entry));
    } catch {
      review.fault = "本机原有记录读不出来，已从空白开始。";
    }
  }

  function save(review) {
    review.unsaved = true;
    if (review.store) {
      try {
        review.store.setItem(review.key, JSON.stringify([...review.entries.values()]));
        review.unsaved = false;
      } catch {
        review.store = null;
      }
    }
  }

  Object.assign(window.GeoRectify, { storage, load, save });
})();
