"""Chromium without a window, driven by Selenium, for the benchmarks that look at pages."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FLAGS = (
    *("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"),
    *("disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"),
)


def missing() -> str | None:
    """Why pages cannot be looked at; None if they can."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "Selenium is not installed"
    absent = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not found" if absent else None


@contextmanager
def chromium(width: int = 1280, height: int = 900, scale: float = 1.0) -> Iterator[Any]:
    """A driver with an empty profile of its own and a window of that size in CSS pixels."""
    from selenium import webdriver

    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for flag in (*_FLAGS, f"user-data-dir={profile}", f"window-size={width},{height}"):
            options.add_argument(f"--{flag}")
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(shutil.which("chromedriver"))))
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        try:
            yield driver
        finally:
            driver.quit()


def version(driver: Any) -> str:
    """Name and version of the browser."""
    return f"{driver.capabilities['browserName']} {driver.capabilities['browserVersion']}"


def opened(driver: Any, page: Path) -> dict[str, float]:
    """Open a page; seconds from the start of its navigation to the load event, and to the first contentful paint."""
    driver.get(page.as_uri())
    for _ in range(100):
        times: dict[str, float] = json.loads(driver.execute_script(_TIMES))
        if times["paint"] > 0:
            return {name: value / 1000 for name, value in times.items()}
        time.sleep(0.05)
    raise RuntimeError(f"{page} was not painted")


_TIMES = """
const load = performance.getEntriesByType("navigation")[0].loadEventEnd;
const paint = performance.getEntriesByName("first-contentful-paint")[0];
return JSON.stringify({ load, paint: paint ? paint.startTime : 0 });
"""


def screenshot(driver: Any, path: Path, *, quality: int = 84) -> None:
    """What is seen, written as WebP or whatever the ending of the path says, in its full resolution."""
    import io

    from PIL import Image

    data = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        image.convert("RGB").save(path, quality=quality)
