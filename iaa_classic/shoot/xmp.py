"""XMP packets read and changed in place: bytes that are not ours stay as they are.

A packet is parsed by expat, which says at which byte everything stands; only the value of a property that is set, or the place
where a new one goes, is touched. Document type declarations are refused before anything is expanded, so that neither entities
nor external files can do harm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from ..errors import UserError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = "http://ns.adobe.com/xap/1.0/"
OURS = "urn:iaa-classic:shoot:1.0/"
"""Namespace of this package's own properties."""

PREFIXES = {XMP: "xmp", OURS: "iaa"}
LARGEST = 64_000_000
"""Bytes beyond which a sidecar is refused; those with long development histories have a few hundred thousand."""

_SEPARATOR = "\x1f"
_ATTRIBUTE = re.compile(rb"""([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")

Name = tuple[str, str]
"""Namespace and local name of a property."""


class XmpError(UserError):
    """A sidecar that is not an XMP packet, or not one that can be changed safely."""


@dataclass
class _Element:
    """A property element of a top-level description: bytes of its start tag, of its content and of its end tag."""

    start: int
    inside: int = -1
    ends: int = -1
    after: int = -1
    text: str = ""
    simple: bool = True


@dataclass
class _Description:
    """A top-level rdf:Description: the bytes of its start tag, prefixes in scope, and its properties as elements."""

    start: int
    tag_end: int
    prefixes: dict[str, str]
    attributes: dict[Name, str]
    elements: dict[Name, list[_Element]] = field(default_factory=dict)


@dataclass
class _Packet:
    """What parsing a packet says."""

    content: bytes
    descriptions: list[_Description] = field(default_factory=list)
    rdf_end: int = -1
    rdf_self_closing: tuple[int, int] | None = None


def read_properties(content: bytes) -> dict[Name, str]:
    """Simple properties of a packet, as attributes or as elements, by (namespace, name); the first of each counts.

    Raises
    ------
    XmpError
        If it is no XMP packet, or holds a document type declaration.
    """
    found: dict[Name, str] = {}
    for description in _parse(content).descriptions:
        for name, value in description.attributes.items():
            found.setdefault(name, value)
        for name, elements in description.elements.items():
            if elements[0].simple:
                found.setdefault(name, elements[0].text.strip())
    return found


def with_properties(content: bytes | None, values: Mapping[Name, str]) -> bytes:
    """The packet with simple properties set; every byte outside of them is kept. Without ``content``, a new packet.

    Raises
    ------
    XmpError
        As ``read_properties``; also where one of the properties is no simple value there, or the encoding is not UTF-8.
    """
    if content is None or not content.strip():
        return _new_packet(values)
    packet = _parse(content)
    edits: list[tuple[int, int, bytes]] = []
    missing: dict[Name, str] = {}
    for name, value in values.items():
        changed = _replacements(packet, name, value)
        if changed:
            edits += changed
        else:
            missing[name] = value
    if missing:
        edits.append(_insertion(packet, missing))
    out = bytearray(content)
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        out[start:end] = replacement
    changed_packet = bytes(out)
    now = read_properties(changed_packet)
    wrong = [name for name, value in values.items() if now.get(name) != value]
    if wrong:
        raise XmpError(f"XMP property {wrong[0][1]} could not be set; the sidecar was left as it is")
    return changed_packet


def _new_packet(values: Mapping[Name, str]) -> bytes:
    from .._version import __version__

    used = dict.fromkeys(space for space, _ in values)
    spaces = "".join(f'\n    xmlns:{PREFIXES[space]}="{space}"' for space in used)
    properties = "".join(f'\n   {PREFIXES[space]}:{name}="{_quoted(value)}"' for (space, name), value in values.items())
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="iaa-classic {__version__}">\n'
        f' <rdf:RDF xmlns:rdf="{RDF}">\n'
        f'  <rdf:Description rdf:about=""{spaces}{properties}/>\n'
        " </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>\n'
    )
    return text.encode("utf-8")


def _quoted(value: str) -> str:
    return escape(value, {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


# --- parsing --------------------------------------------------------------------------------------------------------


class _Reader:
    """Follows expat through a packet; depth 1 is below rdf:RDF, 2 below a top-level description."""

    def __init__(self, content: bytes) -> None:
        self.packet = _Packet(content)
        self.stack: list[Name] = []
        self.rdf_depth = -1
        self.prefixes: dict[str, list[str]] = {}
        self.element: _Element | None = None
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = False
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartNamespaceDeclHandler = self._namespace
        parser.EndNamespaceDeclHandler = lambda prefix: self.prefixes[prefix or ""].pop()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        self.parser = parser

    def _refuse(self, *_: Any) -> None:
        raise XmpError("it holds a document type declaration, which XMP has no use for; look at it in a text editor")

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self.prefixes.setdefault(prefix or "", []).append(uri or "")

    def _start(self, raw: str, attributes: dict[str, str]) -> None:
        name = _split(raw)
        at = self.parser.CurrentByteIndex
        depth = len(self.stack) - self.rdf_depth if self.rdf_depth >= 0 else 0
        if name == (RDF, "RDF") and self.rdf_depth < 0:
            self.rdf_depth = len(self.stack)
            end = _tag_end(self.packet.content, at)
            if self.packet.content[end - 2 : end - 1] == b"/":
                self.packet.rdf_self_closing = (at, end)
        elif depth == 1 and name == (RDF, "Description"):
            scope = {prefix: uris[-1] for prefix, uris in self.prefixes.items() if uris}
            own = {_split(key): value for key, value in attributes.items()}
            self.packet.descriptions.append(_Description(at, _tag_end(self.packet.content, at), scope, own))
        elif depth == 2 and self.packet.descriptions and self.stack[-1] == (RDF, "Description"):
            end = _tag_end(self.packet.content, at)
            self.element = _Element(at, end, simple=not any(_split(key)[0] == RDF for key in attributes))
            self.packet.descriptions[-1].elements.setdefault(name, []).append(self.element)
        elif depth > 2 and self.element is not None:
            self.element.simple = False
        self.stack.append(name)

    def _end(self, raw: str) -> None:
        at = self.parser.CurrentByteIndex
        name = self.stack.pop()
        depth = len(self.stack) - self.rdf_depth if self.rdf_depth >= 0 else 0
        if depth == 2 and self.element is not None:
            empty = self.packet.content[self.element.inside - 2 : self.element.inside - 1] == b"/"
            self.element.ends = self.element.inside if empty else at
            self.element.after = self.element.inside if empty else _tag_end(self.packet.content, at)
            self.element = None
        elif depth == 0 and name == (RDF, "RDF") and self.packet.rdf_end < 0:
            self.packet.rdf_end = at

    def _text(self, text: str) -> None:
        if self.element is not None:
            self.element.text += text


def _parse(content: bytes) -> _Packet:
    if len(content) > LARGEST:
        raise XmpError(f"it has {len(content) / 1e6:.0f} MB, far more than a sidecar has")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:4].count(b"\0") > 1:
        raise XmpError("it is not in UTF-8, as sidecars are; save it as UTF-8 first")
    declared = re.match(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", content)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        raise XmpError(
            f"it is in {declared[1].decode('ascii', 'replace')}, not in UTF-8 as sidecars are; save it as UTF-8 first"
        )
    reader = _Reader(content)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise XmpError(f"it is not well-formed XML ({error})") from error
    if reader.rdf_depth < 0:
        raise XmpError("it holds no rdf:RDF, so it is no XMP packet")
    return reader.packet


def _split(raw: str) -> Name:
    space, _, local = raw.rpartition(_SEPARATOR)
    return space, local


def _tag_end(content: bytes, at: int) -> int:
    """Byte after the '>' of the tag that starts at ``at``; '>' may stand inside quotes."""
    quote = b""
    for place in range(at, len(content)):
        char = content[place : place + 1]
        if quote:
            quote = b"" if char == quote else quote
        elif char in (b'"', b"'"):
            quote = char
        elif char == b">":
            return place + 1
    raise XmpError("a tag has no end")


# --- changing -------------------------------------------------------------------------------------------------------


def _replacements(packet: _Packet, name: Name, value: str) -> list[tuple[int, int, bytes]]:
    """Edits that set the property wherever it stands; none if it does not."""
    edits = []
    for description in packet.descriptions:
        if name in description.attributes:
            edits.append(_attribute_edit(packet.content, description, name, value))
        for element in description.elements.get(name, []):
            if not element.simple:
                raise XmpError(f"its property {name[1]} is no simple value; the sidecar was left as it is")
            coded = escape(value).encode("utf-8")
            if element.ends == element.inside == element.after:  # <xmp:Rating/>
                tag = packet.content[element.start : element.inside]
                label = re.match(rb"<([^\s/>]+)", tag)
                assert label is not None
                opened = tag[: tag.rindex(b"/")].rstrip() + b">"
                edits.append((element.start, element.inside, opened + coded + b"</" + label[1] + b">"))
            else:
                edits.append((element.inside, element.ends, coded))
    return edits


def _attribute_edit(content: bytes, description: _Description, name: Name, value: str) -> tuple[int, int, bytes]:
    tag = content[description.start : description.tag_end]
    for match in _ATTRIBUTE.finditer(tag):
        prefix, _, local = match[1].decode("utf-8").rpartition(":")
        if prefix and local == name[1] and description.prefixes.get(prefix) == name[0]:
            start = description.start + match.start(2)
            return start + 1, description.start + match.end(2) - 1, _quoted(value).encode("utf-8")
    raise XmpError(f"its property {name[1]} could not be found again; the sidecar was left as it is")


def _insertion(packet: _Packet, values: Mapping[Name, str]) -> tuple[int, int, bytes]:
    """The edit that adds properties as attributes of the first description, or a description of their own."""
    if not packet.descriptions:
        return _new_description(packet, values)
    first = packet.descriptions[0]
    added, known = _declared(values, first.prefixes)
    properties = "".join(f'\n   {known[space]}:{name}="{_quoted(value)}"' for (space, name), value in values.items())
    at = first.tag_end - (2 if packet.content[first.tag_end - 2 : first.tag_end - 1] == b"/" else 1)
    return at, at, (added + properties).encode("utf-8")


def _declared(values: Mapping[Name, str], scope: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Declarations of namespaces that have no prefix in scope, and a prefix of each namespace."""
    known = {uri: prefix for prefix, uri in scope.items() if prefix}
    taken = set(scope)
    added = ""
    for space in dict.fromkeys(space for space, _ in values):
        if space in known:
            continue
        prefix, number = PREFIXES[space], 1
        while prefix in taken:
            number += 1
            prefix = f"{PREFIXES[space]}{number}"
        taken.add(prefix)
        known[space] = prefix
        added += f'\n    xmlns:{prefix}="{space}"'
    return added, known


def _new_description(packet: _Packet, values: Mapping[Name, str]) -> tuple[int, int, bytes]:
    added, known = _declared(values, {})
    properties = "".join(f'\n   {known[space]}:{name}="{_quoted(value)}"' for (space, name), value in values.items())
    inner = f'<r:Description xmlns:r="{RDF}" r:about=""{added}{properties}/>\n'
    if packet.rdf_self_closing is None:
        return packet.rdf_end, packet.rdf_end, inner.encode("utf-8")
    start, end = packet.rdf_self_closing
    tag = packet.content[start:end]
    label = re.match(rb"<([^\s/>]+)", tag)
    assert label is not None
    opened = tag[: tag.rindex(b"/")].rstrip() + b">"
    return start, end, opened + b"\n" + inner.encode("utf-8") + b"</" + label[1] + b">"


__all__ = ["OURS", "PREFIXES", "RDF", "XMP", "Name", "XmpError", "read_properties", "with_properties"]
