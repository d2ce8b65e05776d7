"""How large is a report, and how quick in a browser? Photographs of OASIS into one page, opened and sorted in Chromium.

    python benchmarks/report.py [--photographs 200] [--keep report.html] [--pictures docs/pictures]

The page is made by the command, as anyone makes it. Times are wall times on this machine, medians of five: opening, from the
start of the navigation to the load event and to the first contentful paint, with the file in the disk's cache; sorting, from
the choice of an order to the end of the frame after next, so that layout and paint are in it, by each criterion, name and score
in turns. ``--pictures`` makes the two pictures of the README instead, from photographs that ship inside scikit-image and
scikit-learn.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from chromium import chromium, missing, opened, screenshot, version
from rated_photographs import oasis, parser
from speed_bars import Bar, machine, table

_REPEATS = 5

_SORT = """
const [key, done] = arguments;
const start = performance.now();
const select = document.querySelector("#sort");
select.value = key;
select.dispatchEvent(new Event("change", { bubbles: true }));
const sorted = performance.now();
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done([sorted - start, performance.now() - start]))));
"""


def command(*arguments: Any) -> float:
    """Run the command line in a process of its own; returns its seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "iaa_classic.cli.main", *map(str, arguments)], check=True)
    return time.perf_counter() - start


def make(photographs: list[str], page: Path, jobs: int) -> float:
    """The report of the photographs, which are linked into a folder first; returns the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(photographs):
            (Path(folder) / f"{number:03d} {Path(path).name}").symlink_to(path)
        return command("report", folder, "--output", page, "--title", "OASIS", "--force", "--jobs", jobs)


def looked_at(page: Path) -> dict[str, Any]:
    """Medians of opening and sorting, in seconds, and the browser."""
    with chromium() as driver:
        times = [opened(driver, page) for _ in range(_REPEATS)]
        keys = driver.execute_script("return [...gallery.criteria, 'name', 'score']")
        driver.set_script_timeout(60)
        sorts = [driver.execute_async_script(_SORT, key) for _ in range(_REPEATS) for key in keys]
        shown = driver.execute_script("return gallery.visible().length")
        browser = version(driver)
    return {
        "browser": browser,
        "photographs": shown,
        "load": statistics.median(one["load"] for one in times),
        "paint": statistics.median(one["paint"] for one in times),
        "script": statistics.median(one[0] for one in sorts) / 1000,
        "sort": statistics.median(one[1] for one in sorts) / 1000,
        "slowest sort": max(one[1] for one in sorts) / 1000,
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--photographs", type=int, default=200)
    options.add_argument("--keep", type=Path, help="write the page here")
    options.add_argument("--json", type=Path, help="write the figures here")
    options.add_argument("--pictures", type=Path, help="make the pictures of the README in this folder, and nothing else")
    arguments = options.parse_args()
    why_not = missing()
    if why_not is not None:
        print(f"Nothing is measured: {why_not}")
        return
    if arguments.pictures is not None:
        pictures(arguments.pictures)
        return
    print(machine(), flush=True)
    photographs = list(oasis(arguments.data)["path"])[: arguments.photographs]
    with tempfile.TemporaryDirectory() as folder:
        page = arguments.keep or Path(folder) / "report.html"
        seconds = make(photographs, page.absolute(), arguments.jobs)
        size = page.stat().st_size / 1e6
        seen = looked_at(page.absolute())
    print(f"{seen['browser']}; {seen['photographs']} photographs; the command took {seconds:.0f} s")
    bars = [
        Bar("size of the page", size, 25, "MB"),
        Bar("opening, to the load event", seen["load"], 2, "s"),
        Bar("opening, to the first paint", seen["paint"], 2, "s"),
        Bar("sorting, to the next frame", 1000 * seen["sort"], 200, "ms"),
        Bar("sorting, the slowest of all", 1000 * seen["slowest sort"], 200, "ms"),
        Bar("sorting, the script alone", 1000 * seen["script"], 200, "ms"),
    ]
    print(table(bars))
    if arguments.json is not None:
        figures = {"seen": seen, "seconds": seconds, "bars": [bar.to_dict() for bar in bars]}
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def pictures(folder: Path) -> None:
    """The page of one photograph and a gallery as the README shows them."""
    from iaa_classic.cli.scoring import shipped_photographs

    shipped = {path.name: path for path in shipped_photographs()}
    with tempfile.TemporaryDirectory() as made:
        photo, gallery = Path(made) / "photo.html", Path(made) / "gallery.html"
        command("explain", shipped["coffee.png"], "--html", photo)
        command("report", *shipped.values(), "--output", gallery)
        with chromium(1360, 860, 1.25) as driver:
            opened(driver, photo)
            driver.execute_script("overlays.show(document.querySelector('main'), new Set(['thirds', 'subject']))")
            screenshot(driver, folder / "page-photo.webp")
            opened(driver, gallery)
            screenshot(driver, folder / "page-gallery.webp")


if __name__ == "__main__":
    main()
