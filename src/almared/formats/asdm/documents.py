"""XML files of an ASDM, read safely: no DTD, no entities, one clear error when broken."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from almared.errors import AsdmError

ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
ENCODINGS = frozenset({b"utf-8", b"utf8", b"iso-8859-1", b"iso8859-1", b"latin-1", b"latin1", b"us-ascii", b"ascii"})
ROW_START = re.compile(rb"<row(?=[\s>/])")
COPY_ASDM = "copy the ASDM again from the archive"
BROKEN = "copy the file again from the archive; importasdm would drop what follows without an error"

RawRow = dict[str, str]


def read_bytes(path: Path) -> bytes:
    """Return the content of a file of the ASDM.

    Raises
    ------
    AsdmError
        It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise AsdmError(
            f"the file cannot be read ({error.strerror or error})",
            where=str(path),
            repair="check that it exists and that you have permission to read it",
        ) from error


def parse_document(content: bytes, where: str) -> ET.Element:
    """Return the root element of a small document.

    Parameters
    ----------
    content : bytes
        The document.
    where : str
        The file, for errors.

    Raises
    ------
    AsdmError
        It is not well-formed, or it has a DTD.
    """
    try:
        return ET.fromstring(_checked(content, where))  # noqa: S314 (no DTD, see `_checked`)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _broken(error, where) from error


def raw_rows(content: bytes, where: str) -> Iterator[RawRow]:
    """Yield the rows of a table as column name to text; a reference is given as its entity id.

    Parameters
    ----------
    content : bytes
        The XML table.
    where : str
        The file, for errors.

    Raises
    ------
    AsdmError
        It is not well-formed, or it has a DTD.
    """
    events = ET.iterparse(BytesIO(_checked(content, where)), events=("start", "end"))  # noqa: S314 (no DTD)
    try:
        _, root = next(events)
        for event, element in events:
            if event == "end" and local_name(element.tag) == "row":
                yield {local_name(child.tag): _text_of(child) for child in element}
                root.clear()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _broken(error, where) from error


def count_rows(content: bytes) -> int:
    """Return the number of row elements in an XML table, without parsing it."""
    return len(ROW_START.findall(content))


def local_name(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]


def _text_of(element: ET.Element) -> str:
    if len(element):
        reference = element[0]
        return reference.get("entityId", "")
    return element.text or ""


def _checked(content: bytes, where: str) -> bytes:
    if not content.strip():
        raise AsdmError("the file is empty", where=where, repair=BROKEN)
    head = content[:400].removeprefix(b"\xef\xbb\xbf")
    declared = ENCODING.match(head)
    if b"\x00" in head or (declared and declared[1].lower() not in ENCODINGS):
        raise AsdmError(
            "the encoding of the XML is not used in ASDMs", where=where, repair="an ASDM has UTF-8 or ISO-8859-1 text"
        )
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise AsdmError(
            "the XML declares a document type or entities; ASDMs never do, so it is not read",
            where=where,
            repair="do not trust this data set; copy it again from the archive",
        )
    return content


def _broken(error: Exception, where: str) -> AsdmError:
    return AsdmError(f"the XML is truncated or not well-formed ({error})", where=where, repair=BROKEN)
