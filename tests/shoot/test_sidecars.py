"""Sidecars: what other programs wrote stays to the byte, real readers read ours, and no crash leaves half a file."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from iaa_classic.errors import UserError
from iaa_classic.shoot.sidecars import LABEL, RATING, planned, rating_of, sidecar_paths, write
from iaa_classic.shoot.xmp import OURS, XmpError, read_properties, with_properties

DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
   exif:DateTimeOriginal="2021:05:06 10:11:12.000"
   xmp:Rating="1"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="2">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:params="gz03eJxjYGBgYGFgYAAAAEQABw==&#x26; &gt; 'quoted'"/>
    </rdf:Seq>
   </darktable:history>
   <darktable:colorlabels><rdf:Seq><rdf:li>3</rdf:li></rdf:Seq></darktable:colorlabels>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

LIGHTROOM = (
    b'\xef\xbb\xbf<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\r\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">\r\n <rdf:RDF'
    b" xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\r\n  <rdf:Description rdf:about=''\r\n"
    b'    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:iaa="http://example.com/other/"\r\n'
    b'    crs:Version=\'14.0\'\r\n   iaa:note="a > b" crs:Exposure2012="+0.35"/>\r\n'
    b'  <rdf:Description rdf:about="" xmlns:xap="http://ns.adobe.com/xap/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/">\r\n   <xap:Rating>\r\n2\r\n</xap:Rating>\r\n'
    b"   <xap:Label/>\r\n   "
    b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">F\xc3\xaate \xe2\x9c\xa8</rdf:li></rdf:Alt></dc:title>\r\n'
    b"   <!-- xap:Rating is not here: <xap:Rating>9</xap:Rating> -->\r\n"
    b"  </rdf:Description>\r\n </rdf:RDF>\r\n</x:xmpmeta>\r\n" + b" " * 2048 + b'\r\n<?xpacket end="w"?>'
)

OURS_TOO = {RATING: "4", LABEL: "Green", (OURS, "rating"): "4", (OURS, "reasons"): 'sharpest of "6" & <best>'}


def without(content: bytes, *pieces: bytes) -> bytes:
    for piece in pieces:
        assert content.count(piece) == 1, piece
        content = content.replace(piece, b"")
    return content


def test_a_darktable_sidecar_keeps_every_other_byte():
    changed = with_properties(DARKTABLE, {RATING: "-1", (OURS, "score"): "6.1"})
    assert read_properties(changed)[RATING] == "-1"
    added = b'\n    xmlns:iaa="urn:iaa-classic:shoot:1.0/"\n   iaa:score="6.1"'
    assert without(changed, added).replace(b'xmp:Rating="-1"', b'xmp:Rating="1"') == DARKTABLE


def test_a_lightroom_sidecar_with_elements_other_prefixes_and_line_ends_keeps_every_other_byte():
    changed = with_properties(LIGHTROOM, OURS_TOO)
    properties = read_properties(changed)
    assert {name: properties[name] for name in OURS_TOO} == OURS_TOO
    assert properties["http://example.com/other/", "note"] == "a > b"
    assert b"<xap:Rating>4</xap:Rating>" in changed
    assert b"<xap:Label>Green</xap:Label>" in changed
    back = changed.replace(b"<xap:Rating>4<", b"<xap:Rating>\r\n2\r\n<").replace(
        b"<xap:Label>Green</xap:Label>", b"<xap:Label/>"
    )
    start = back.index(b'\n    xmlns:iaa2="')
    end = back.index(b'"/>', start) + 1
    assert back[:start] + back[end:] == LIGHTROOM


def test_setting_the_same_again_changes_nothing():
    once = with_properties(LIGHTROOM, OURS_TOO)
    assert with_properties(once, OURS_TOO) == once
    new = with_properties(None, OURS_TOO)
    assert with_properties(new, OURS_TOO) == new
    assert {name: read_properties(new)[name] for name in OURS_TOO} == OURS_TOO


@pytest.mark.parametrize("rdf", [b"<rdf:RDF xmlns:rdf='%s'/>", b"<rdf:RDF xmlns:rdf='%s'></rdf:RDF>"])
def test_a_packet_without_a_description_gets_one(rdf):
    packet = rdf % b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    assert read_properties(with_properties(packet, OURS_TOO))[RATING] == "4"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>', "document type"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "document type"),
        (b"<x>", "well-formed"),
        (b"<x/>", "rdf:RDF"),
        (b"not xml", "well-formed"),
        (DARKTABLE.decode().encode("utf-16"), "UTF-8"),
        (DARKTABLE.replace(b"UTF-8", b"ISO-8859-1"), "UTF-8"),
        (DARKTABLE[:-40], "well-formed"),
    ],
)
def test_what_is_no_safe_packet_is_refused_and_left(content, said, tmp_path):
    photo = tmp_path / "a.jpg"
    sidecar = tmp_path / "a.jpg.xmp"
    sidecar.write_bytes(content)
    with pytest.raises(XmpError, match=said) as caught:
        planned(str(photo), OURS_TOO)
    assert "a.jpg.xmp" in str(caught.value)
    assert sidecar.read_bytes() == content


def test_a_rating_that_is_no_simple_value_is_left():
    content = DARKTABLE.replace(b'xmp:Rating="1"', b"").replace(
        b"<darktable:history>", b"<xmp:Rating><rdf:Seq><rdf:li>1</rdf:li></rdf:Seq></xmp:Rating><darktable:history>"
    )
    with pytest.raises(XmpError, match="no simple value"):
        with_properties(content, OURS_TOO)


def test_names_follow_the_programs(tmp_path):
    photo = tmp_path / "IMG_1.CR2"
    assert [path.name for path in sidecar_paths(photo)] == ["IMG_1.CR2.xmp"]
    assert [path.name for path in sidecar_paths(photo, "lightroom")] == ["IMG_1.xmp"]
    assert [path.name for path in sidecar_paths(photo, "digikam")] == ["IMG_1.CR2.xmp"]
    (tmp_path / "IMG_1.XMP").write_bytes(LIGHTROOM)
    assert [path.name for path in sidecar_paths(photo)] == ["IMG_1.XMP"]
    (tmp_path / "IMG_1.CR2.xmp").write_bytes(DARKTABLE)
    assert [path.name for path in sidecar_paths(photo)] == ["IMG_1.CR2.xmp", "IMG_1.XMP"]


def test_writing_makes_one_backup_of_each_former_content_and_keeps_the_mode(tmp_path):
    photo, sidecar = tmp_path / "a.jpg", tmp_path / "a.jpg.xmp"
    sidecar.write_bytes(DARKTABLE)
    sidecar.chmod(0o640)
    for rating in ("3", "4", "4"):
        for change in planned(str(photo), {RATING: rating}):
            write(change)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a.jpg.xmp", "a.jpg.xmp.bak", "a.jpg.xmp.bak2"]
    assert (tmp_path / "a.jpg.xmp.bak").read_bytes() == DARKTABLE
    assert sidecar.stat().st_mode & 0o777 == 0o640
    assert rating_of(str(photo)) == (4, True)


def test_a_person_s_rating_is_kept_when_asked_and_our_own_is_renewed(tmp_path):
    photo, sidecar = str(tmp_path / "a.jpg"), tmp_path / "a.jpg.xmp"
    sidecar.write_bytes(DARKTABLE)
    values = {RATING: "5", LABEL: "Green", (OURS, "rating"): "5"}
    [change] = planned(photo, values, keep_ratings=True)
    write(change)
    assert rating_of(photo) == (1, True)
    write(planned(photo, values)[0])
    assert rating_of(photo) == (5, False)
    write(planned(photo, values | {RATING: "2", (OURS, "rating"): "2"}, keep_ratings=True)[0])
    assert rating_of(photo) == (2, False)


def test_a_sidecar_that_changed_meanwhile_is_not_overwritten(tmp_path):
    photo, sidecar = tmp_path / "a.jpg", tmp_path / "a.jpg.xmp"
    [change] = planned(str(photo), OURS_TOO)
    sidecar.write_bytes(DARKTABLE)
    with pytest.raises(UserError, match="another program"):
        write(change)
    assert sidecar.read_bytes() == DARKTABLE


KILLED = """
import sys, itertools
from iaa_classic.shoot.sidecars import RATING, planned, write
from iaa_classic.shoot.xmp import OURS
print("ready", flush=True)
for turn in itertools.count():
    for change in planned(sys.argv[1], {RATING: str(turn % 5 + 1), (OURS, "padding"): "x" * (turn % 7) * 100_000}):
        write(change, backup=turn % 3 == 0)
"""


def test_killing_the_process_at_any_moment_leaves_whole_files(tmp_path):
    photo, sidecar = tmp_path / "a.jpg", tmp_path / "a.jpg.xmp"
    sidecar.write_bytes(DARKTABLE)
    chance = random.Random(3)
    for _ in range(8):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(photo)], stdout=subprocess.PIPE, cwd=tmp_path)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.002, 0.08))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for path in tmp_path.iterdir():  # backups, and whatever was on its way: complete, too
            properties = read_properties(path.read_bytes())
            assert properties["http://darktable.sf.net/", "history_end"] == "2", path
        for path in tmp_path.glob("*.bak*"):
            path.unlink()
    assert rating_of(str(photo)) is not None


@pytest.fixture(scope="module", params=["new", "darktable", "lightroom"])
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("read by others")
    photo = folder / "a.jpg"
    sidecar = folder / "a.jpg.xmp"
    if request.param != "new":
        # exiftool minds a byte order mark and a '>' inside an attribute, which XML allows
        plain = LIGHTROOM[3:].replace(b"a > b", b"a and b")
        sidecar.write_bytes({"darktable": DARKTABLE, "lightroom": plain}[request.param])
    former = read_properties(sidecar.read_bytes()) if sidecar.exists() else {}
    [change] = planned(str(photo), {**OURS_TOO, (OURS, "composition"): "45"})
    write(change)
    return sidecar, former


def _tool(name: str, *arguments: str) -> str:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed (Debian: libimage-exiftool-perl, exiv2)")
    done = subprocess.run(
        [name, *arguments], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert "warning" not in (done.stdout + done.stderr).lower()
    return done.stdout


def test_exiftool_reads_the_rating_and_what_others_wrote(written):
    sidecar, former = written

    def lines(path) -> set[str]:
        return {
            " ".join(line.split()) for line in _tool("exiftool", "-s", "-G1", "-n", "-a", "-XMP:all", str(path)).splitlines()
        }

    now = lines(sidecar)
    assert {"[XMP-xmp] Rating : 4", "[XMP-xmp] Label : Green"} <= now
    assert any(line.endswith("Composition : 45") for line in now)
    if former:
        before = sidecar.with_name("before.xmp")
        before.write_bytes(sidecar.with_name("a.jpg.xmp.bak").read_bytes())
        kept = {line for line in lines(before) if "] Rating :" not in line and "] Label :" not in line}
        assert len(kept) >= 4
        assert kept <= now


def test_exiv2_reads_the_rating_and_what_others_wrote(written):
    sidecar, former = written
    said = _tool("exiv2", "-PXkt", "print", str(sidecar))
    values = {
        line.split(None, 1)[0]: line.split(None, 1)[1].strip() for line in said.splitlines() if len(line.split(None, 1)) > 1
    }
    assert values["Xmp.xmp.Rating"] == "4"
    assert values["Xmp.xmp.Label"] == "Green"
    for (space, name), value in former.items():
        if space == "http://darktable.sf.net/":
            assert values[f"Xmp.darktable.{name}"] == value
