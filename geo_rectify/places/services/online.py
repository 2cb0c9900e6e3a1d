"""Asking over the network: keys, cache, pace, patience, and the datum taken off at the edge."""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from geo_rectify.crs import unshift
from geo_rectify.errors import ServiceError
from geo_rectify.keeping import cache_folder
from geo_rectify.places.kinds import table
from geo_rectify.places.services.amap import SERVICE as AMAP
from geo_rectify.places.services.baidu import SERVICE as BAIDU
from geo_rectify.places.services.cache import Cache
from geo_rectify.places.services.nominatim import SERVICE as NOMINATIM
from geo_rectify.places.services.records import Busy, GeocoderName, Hit, Refused
from geo_rectify.places.services.tianditu import SERVICE as TIANDITU

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_rectify.places.services.records import Question, RawHit, Service, Step

USER_AGENT: Final = "geo_rectify (+https://github.com/geo-rectify/geo_rectify)"
LEAST_M: Final = 50.0
"""No hit is taken for surer than this, metres."""
_SERVICES: Final = {service.name: service for service in (TIANDITU, AMAP, BAIDU, NOMINATIM)}
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_BYTES: Final = 2_000_000


@dataclass(slots=True, kw_only=True)
class OnlineGeocoder:
    """A `records.Geocoder` that asks one service.

    Attributes
    ----------
    about
        How the service is asked.
    key, url
        The user's key, and where the service is.
    cache
        Answers of earlier runs.
    sleep, clock, now
        Waiting, a steady clock, and seconds since 1970.
    """

    about: Service
    key: str
    url: str
    cache: Cache
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    _last: float | None = field(default=None, init=False)

    @property
    def service(self) -> GeocoderName:
        """Name the service."""
        return self.about.name

    def find(self, question: Question) -> tuple[Hit, ...]:
        """Ask for a name, step by step, until there is a hit.

        Parameters
        ----------
        question
            The name and its county.

        Returns
        -------
        tuple of Hit
            In CGCS2000, as the service orders them.

        Raises
        ------
        ServiceError
            Key, quota, network, or an answer that cannot be read.
        """
        for step in self.about.steps(question):
            hits = self._ask(step)
            if hits:
                return tuple(self._converted(hit) for hit in hits)
        return ()

    def _converted(self, raw: RawHit) -> Hit:
        lon, lat = unshift(raw.lon, raw.lat, datum=self.about.facts["datum"])
        return Hit(
            service=self.about.name,
            lon=float(lon),
            lat=float(lat),
            level=raw.level,
            name=raw.name,
            extent=raw.extent,
            uncertainty_m=max(raw.uncertainty_m, LEAST_M),
        )

    def _ask(self, step: Step) -> tuple[RawHit, ...]:
        limits = table("services")["limits"]
        asked = f"{self.url}{step.path}?{urllib.parse.urlencode(sorted(step.parameters.items()))}"
        kept = self.cache.get(self.about.name.value, asked, now=self.now())
        if kept is not None:
            return self._read(step, kept)
        for attempt in range(1, limits["tries"] + 1):
            try:
                answer = self._fetch(step, timeout_s=limits["timeout_s"])
                hits = self._read(step, answer)
            except Busy as err:
                if attempt == limits["tries"]:
                    message = (
                        f"{self.about.title}: asked {attempt} times without an answer ({err}); "
                        "try again later"
                    )
                    chinese = f"{self.about.title}：问了{attempt}次没有回答（{err}）；请稍后再试"
                    raise ServiceError(message, chinese=chinese) from err
                self.sleep(min(limits["backoff_s"] * 2 ** (attempt - 1), limits["longest_wait_s"]))
                continue
            days = limits["days"] if hits else limits["days_empty"]
            self.cache.put(self.about.name.value, asked, answer, now=self.now(), days=days)
            return hits
        return ()

    def _read(self, step: Step, answer: str) -> tuple[RawHit, ...]:
        try:
            document: Any = json.loads(answer)
            return step.read(document)
        except Refused as err:
            message = (
                f"{self.about.title} refuses: {err}; check the key in "
                f"{key_variable(self.about.name)}, its quota and its permissions"
            )
            chinese = f"{self.about.title}拒绝：{err}；请核对{key_variable(self.about.name)}里的密钥及其配额、权限"
            raise ServiceError(message, chinese=chinese) from err
        except (ValueError, TypeError, AttributeError, KeyError) as err:
            message = f"{self.about.title}: its answer is not in the form it documents ({err})"
            chinese = f"{self.about.title}：返回的内容不合其文档所载格式（{err}）"
            raise ServiceError(message, chinese=chinese) from err

    def _fetch(self, step: Step, *, timeout_s: float) -> str:
        self._pace()
        parameters = dict(step.parameters)
        if step.key_parameter and self.key:
            parameters[step.key_parameter] = self.key
        address = f"{self.url}{step.path}?{urllib.parse.urlencode(parameters)}"
        request = urllib.request.Request(address, headers={"User-Agent": USER_AGENT})  # noqa: S310 - http or https, checked on opening
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as reply:  # noqa: S310 - the same
                return str(reply.read(_MOST_BYTES).decode("utf-8"))
        except urllib.error.HTTPError as err:
            err.close()  # the error holds the connection
            said = f"HTTP {err.code}"
            if err.code in _PASSING:
                raise Busy(said) from err
            message = (
                f"{self.about.title} refuses with {said}; check the key in "
                f"{key_variable(self.about.name)} and its permissions"
            )
            chinese = f"{self.about.title}以{said}拒绝；请核对{key_variable(self.about.name)}里的密钥及其权限"
            raise ServiceError(message, chinese=chinese) from err
        except (urllib.error.URLError, http.client.HTTPException, OSError) as err:
            reason = getattr(err, "reason", None) or type(err).__name__
            raise Busy(str(reason)) from err
        except UnicodeDecodeError as err:
            message = f"{self.about.title}: its answer is no UTF-8 ({err.reason})"
            chinese = f"{self.about.title}：返回的内容不是UTF-8（{err.reason}）"
            raise ServiceError(message, chinese=chinese) from err

    def _pace(self) -> None:
        interval = float(self.about.facts["interval_s"])
        if self._last is not None:
            wait = self._last + interval - self.clock()
            if wait > 0:
                self.sleep(wait)
        self._last = self.clock()


def key_variable(name: GeocoderName) -> str:
    """Name the environment variable that holds a service's key.

    Parameters
    ----------
    name
        The service.

    Returns
    -------
    str
        For example ``GEO_RECTIFY_TIANDITU_KEY``.
    """
    return f"GEO_RECTIFY_{name.value.upper()}_KEY"


def open_geocoder(
    name: GeocoderName | str, *, url: str | None = None, cache: Cache | None = None
) -> OnlineGeocoder:
    """Make a service ready to be asked; nothing is sent yet.

    Parameters
    ----------
    name
        tianditu, amap, baidu or nominatim.
    url
        Another address of the service; else ``GEO_RECTIFY_<NAME>_URL``, else its own.
    cache
        Where answers are kept; None for the user's cache folder.

    Returns
    -------
    OnlineGeocoder
        The service.

    Raises
    ------
    ServiceError
        No such service, no key in the environment, or an address that is not http(s).
    """
    if str(name) not in set(GeocoderName):
        message = f"there is no geocoding service {str(name)!r}; use {', '.join(GeocoderName)}"
        chinese = f"没有在线服务{str(name)!r}；可用：{'、'.join(GeocoderName)}"
        raise ServiceError(message, chinese=chinese)
    about = _SERVICES[GeocoderName(name)]
    variable = key_variable(about.name)
    key = os.environ.get(variable, "").strip()
    if about.needs_key and not key:
        message = f"{about.title} needs a key; apply for one and put it into {variable}"
        chinese = f"{about.title}需要密钥；请申请后放入环境变量{variable}"
        raise ServiceError(message, chinese=chinese)
    address = url or os.environ.get(variable.removesuffix("KEY") + "URL", "").strip()
    address = (address or str(about.facts["url"])).rstrip("/")
    if urllib.parse.urlsplit(address).scheme not in {"http", "https"}:
        message = f"{address!r} is no http(s) address of {about.title}"
        chinese = f"{address!r}不是{about.title}的http(s)地址"
        raise ServiceError(message, chinese=chinese)
    folder = cache_folder("geocoding")
    own = Cache(path=None if folder is None else folder / "answers.sqlite")
    kept = own if cache is None else cache
    return OnlineGeocoder(about=about, key=key, url=address, cache=kept)
