/* Small helpers. Text of documents only ever enters as text nodes. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const $ = (id) => document.getElementById(id);
  const PHONE = window.matchMedia("(max-width: 760px)");
  const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");

  function fill(node, attributes, children) {
    Object.entries(attributes || {}).forEach(([name, value]) => {
      if (value === null || value === undefined || value === false) return;
      if (name === "text") node.textContent = value;
      else if (name === "on") Object.entries(value).forEach(([k, f]) => node.addEventListener(k, f));
      else node.setAttribute(name, value === true ? "" : value);
    });
    (children || []).forEach((child) => child && node.append(child));
    return node;
  }

  const html = (tag, attributes, children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, children) =>
    fill(document.createElementNS(SVG, tag), attributes, children);

  /* The number of an issue key: what stands after the document's id. */
  const issueNumber = (key) => key.split("/").pop();

  const short = (text, most) => (Array.from(text).length > most ? `${Array.from(text).slice(0, most).join("")}…` : text);

  /* A switch between a few ways of seeing: buttons of which one is pressed. */
  const segments = (title, choices, chosen, pick) => html("div", { class: "gr-segments", role: "group", "aria-label": title }, [
    html("span", { text: title }),
    html("span", {}, choices.map(([key, words]) => html("button", {
      type: "button", "data-choice": key, "aria-pressed": String(key === chosen), text: words, on: { click: () => pick(key) },
    }))),
  ]);

  window.GeoRectify = { $, PHONE, CALM, html, svg, issueNumber, short, segments };
})();
