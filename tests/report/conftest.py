"""Made-up explanations, a small folder of photographs with odd names as one report, and Chromium to look at pages."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from iaa_classic.explanation import CriterionEffect, Explanation, FeatureEffect

ODD_NAMES = ("<b>&amp;.jpg", "say \"hi\"\n'there'.jpg", "صورة.jpg", "</script><script>window.broken=1</script>.png")


def made_up(source: str = "x.jpg", seed: int = 0, **changes) -> Explanation:
    """An explanation whose parts add up, of features that the catalogue knows."""
    random = np.random.default_rng(seed)
    names = {"lighting": ("mean_lightness", "clipped_highlights"), "colour": ("colourfulness",), "sharpness": ("focus",)}
    units = {"clipped_highlights": "share of pixels", "mean_lightness": "L*", "focus": "1"}
    features, criteria = [], []
    for criterion, members in names.items():
        effects = random.normal(0, 0.6, len(members))
        for name, effect in zip(members, effects, strict=True):
            label, unit = name.replace("_", " "), units.get(name, "1")
            features.append(FeatureEffect(name, label, criterion, float(random.random()), unit, float(effect), 40.0))
        criteria.append(CriterionEffect(criterion, float(sum(effects)), float(random.integers(0, 100))))
    features.sort(key=lambda feature: -abs(feature.effect))
    baseline = 5.5123
    fields = {
        "source": source,
        "score": baseline + sum(part.effect for part in criteria),
        "baseline": baseline,
        "percentile": 31.0,
        "scale": (1.0, 10.0),
        "criteria": tuple(criteria),
        "features": tuple(features),
    }
    return Explanation(**(fields | changes))


@pytest.fixture(scope="session")
def shoot(tmp_path_factory, photographs) -> Path:
    """Seven photographs, four of them with odd names (one more that is no UTF-8 where the disk takes it), and a broken file."""
    folder = tmp_path_factory.mktemp("parent-folder") / "A day out"
    (folder / "later").mkdir(parents=True)
    small = []
    for rgb in photographs.values():
        image = Image.fromarray(rgb)
        image.thumbnail((300, 300))
        small.append(image)
    for image, name in zip(small, ("astronaut.jpg", "chelsea.png", *ODD_NAMES), strict=True):
        (folder / name.replace("/", "∕")).parent.mkdir(exist_ok=True)
        image.save(folder / name.replace("/", "∕"))
    small[1].transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "later" / "cat 2.jpg", quality=20)
    with contextlib.suppress(OSError):  # some disks take only UTF-8
        small[0].save(os.fsdecode(os.fsencode(folder) + b"/bad\xff.jpg"), format="JPEG")
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="session")
def report(shoot, tmp_path_factory) -> Path:
    """The report of the photographs, as the command writes it."""
    from typer.testing import CliRunner

    from iaa_classic.cli.main import app

    path = tmp_path_factory.mktemp("pages") / "report.html"
    result = CliRunner().invoke(app, ["report", str(shoot), "--output", str(path)])
    assert result.exit_code == 1, result.output
    assert "broken.jpg" in result.stderr
    return path


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium without a window, one per session; skips where it or Selenium is absent."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is absent")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("chromium or chromedriver is absent")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    flags = "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
    for flag in (*flags.split(), "disable-sync", "disable-dev-shm-usage", "window-size=1280,900"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    yield Browser(driver)
    driver.quit()


class Browser:
    """A page opened in Chromium."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False, medium: str = "") -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": scheme})
        self.requested(), self.messages()
        self.driver.get(path.as_uri())

    def run(self, script: str):
        return self.driver.execute_script(script)

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def texts(self, selector: str) -> list[str]:
        return self.run(f"return Array.from(document.querySelectorAll({json.dumps(selector)}), (one) => one.textContent)")

    def wait_for(self, selector: str, text: str, seconds: float = 10) -> None:
        """Until the first element of the selector has that text: details are unpacked a moment after they are asked for."""
        end = time.monotonic() + seconds
        while self.texts(selector)[:1] != [text]:
            assert time.monotonic() < end, f"{selector} shows {self.texts(selector)}, not {text}"
            time.sleep(0.02)

    def messages(self) -> list[str]:
        """What was written to the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requested(self) -> set[str]:
        """Addresses asked for since the last call, less what lies in the page itself."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        sent = (event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent")
        return {url for url in sent if not url.startswith("data:")}


CONTRAST = """
const parse = (text) => { const c = text.match(/[\\d.]+/g).map(Number); return c.length < 4 ? [...c, 1] : c; };
const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b; };
function ground(element) {
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at).backgroundColor;
    if (!style.startsWith("color(") && parse(style)[3] === 1) return parse(style);
  }
  return [255, 255, 255, 1];
}
const faint = new Set();
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const element = walk.currentNode.parentElement;
  const left = element.closest("svg, script, noscript, :disabled");
  if (left || !walk.currentNode.data.trim() || !element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const [a, b] = [light(parse(style.color).slice(0, 3)), light(ground(element).slice(0, 3))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) faint.add(`${element.className} ${walk.currentNode.data.trim().slice(0, 20)} ${ratio.toFixed(2)}`);
}
return Array.from(faint);
"""
"""Texts whose contrast with their ground is below 4.5 (WCAG AA)."""
