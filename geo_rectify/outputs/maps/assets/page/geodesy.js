/* Measuring on the CGCS2000 ellipsoid, and the shift to GCJ-02; the same formulas as crs.py. */
(function () {
  "use strict";
  const A = 6378137;
  const F = 1 / 298.257222101;
  const E2 = F * (2 - F);
  const E = Math.sqrt(E2);
  const rad = (degrees) => (degrees * Math.PI) / 180;

  /* Vincenty's inverse: metres between two points given as {lat, lng}. */
  function distance(from, to) {
    const b = A * (1 - F);
    const L = rad(to.lng - from.lng);
    const [u1, u2] = [from, to].map(({ lat }) => Math.atan((1 - F) * Math.tan(rad(lat))));
    const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
    let lambda = L;
    for (let round = 0; round < 100; round += 1) {
      const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
      const sine = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      if (sine === 0) return 0;
      const cosine = s1 * s2 + c1 * c2 * cl;
      const sigma = Math.atan2(sine, cosine);
      const azimuth = (c1 * c2 * sl) / sine;
      const square = 1 - azimuth * azimuth;
      const middle = square === 0 ? 0 : cosine - (2 * s1 * s2) / square;
      const C = (F / 16) * square * (4 + F * (4 - 3 * square));
      const before = lambda;
      lambda = L + (1 - C) * F * azimuth * (sigma + C * sine * (middle + C * cosine * (2 * middle * middle - 1)));
      if (Math.abs(lambda - before) > 1e-12) continue;
      const u = (square * (A * A - b * b)) / (b * b);
      const big = 1 + (u / 16384) * (4096 + u * (u * (320 - 175 * u) - 768));
      const small = (u / 1024) * (256 + u * (u * (74 - 47 * u) - 128));
      const turn = small * sine * (middle + (small / 4) * (cosine * (2 * middle * middle - 1)
        - (small / 6) * middle * (4 * sine * sine - 3) * (4 * middle * middle - 3)));
      return b * big * (sigma - turn);
    }
    return NaN;
  }

  /* Height of a latitude on the equal-area cylinder, metres. */
  function height(lat) {
    const sine = Math.sin(rad(lat));
    return (A / 2) * (1 - E2) * (sine / (1 - E2 * sine * sine) + Math.log((1 + E * sine) / (1 - E * sine)) / (2 * E));
  }

  /* Square metres inside a ring of {lat, lng}; edges are straight in lon/lat, as in our layers. */
  function area(ring) {
    const PIECES = 16;
    let sum = 0;
    ring.forEach((from, i) => {
      const to = ring[(i + 1) % ring.length];
      for (let k = 0; k < PIECES; k += 1) {
        const [low, high] = [k, k + 1].map((step) => height(from.lat + ((to.lat - from.lat) * step) / PIECES));
        sum += (rad(to.lng - from.lng) / PIECES) * A * (low + high) * 0.5;
      }
    });
    return Math.abs(sum);
  }

  function gcj02(lng, lat) {
    const [a, ee, pi] = [6378245.0, 0.00669342162296594323, Math.PI];
    const [x, y] = [lng - 105, lat - 35];
    const root = Math.sqrt(Math.abs(x));
    const wave = ((20 * Math.sin(6 * x * pi) + 20 * Math.sin(2 * x * pi)) * 2) / 3;
    let dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave;
    dlat += ((20 * Math.sin(y * pi) + 40 * Math.sin((y / 3) * pi)) * 2) / 3;
    dlat += ((160 * Math.sin((y / 12) * pi) + 320 * Math.sin((y * pi) / 30)) * 2) / 3;
    let dlng = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave;
    dlng += ((20 * Math.sin(x * pi) + 40 * Math.sin((x / 3) * pi)) * 2) / 3;
    dlng += ((150 * Math.sin((x / 12) * pi) + 300 * Math.sin((x / 30) * pi)) * 2) / 3;
    const magic = 1 - ee * Math.sin(rad(lat)) ** 2;
    return {
      lat: lat + (dlat * 180) / (((a * (1 - ee)) / (magic * Math.sqrt(magic))) * pi),
      lng: lng + (dlng * 180) / ((a / Math.sqrt(magic)) * Math.cos(rad(lat)) * pi),
    };
  }

  Object.assign(window.GeoRectify, { distance, area, gcj02 });
})();
