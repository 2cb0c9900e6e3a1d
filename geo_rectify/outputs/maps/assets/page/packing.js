/* Data that stand packed in the page: base64 of zlib. The unpacker is only there where it is needed. */
(function () {
  "use strict";

  function unpack(text) {
    const letters = window.atob(text.trim());
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
    return window.fflate.unzlibSync(bytes);
  }

  Object.assign(window.GeoRectify, { unpack });
})();
