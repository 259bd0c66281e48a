"""The text parts of a binary data file: MIME lines and the XML headers of data and subsets.

References
----------
asdm-facts.md section 3 says which parts of this CASA requires: line ends, the literal boundary names, the order of
the attachments and the form of the project path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from almared.formats.asdm.write.bdf_layout import BdfWindow, CorrelatorBdf, RadiometerBdf, to_ns
from almared.formats.asdm.write.tables import DECLARATION

OUTER = "MIME_boundary-1"
INNER = "MIME_boundary-2"
NAMESPACES = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:xv="http://Alma/XVERSION" xmlns="http://Alma/XASDM/sdmbin"'
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One binary part announced in the headers.

    Parameters
    ----------
    name : str
        Element name: ``flags``, ``actualTimes``, ``actualDurations``, ``crossData`` or ``autoData``.
    size : int
        Number of real numbers or words in it (not bytes).
    axes : str
        Its axes, slowest first.
    subset_type : str
        The type attribute of the subset header, empty when it has none.
    """

    name: str
    size: int
    axes: str
    subset_type: str = ""


def correlator_attachments(header: CorrelatorBdf) -> tuple[Attachment, ...]:
    """Return the attachments of one integration in the order that CASA requires."""
    spw = " SPW" if any(len(windows) > 1 for _, windows in header.basebands) else ""
    actual = tuple(
        Attachment(name, header.n_actual, "BAL ANT BAB")
        for name in ("actualTimes", "actualDurations")
        if header.with_actual_times
    )
    crosses = 2 * header.n_baselines * header.n_cross_values
    autos = header.n_antennas * header.n_auto_values
    return (
        Attachment("flags", header.n_flags, f"BAL ANT BAB{spw} POL"),
        *actual,
        Attachment("crossData", crosses, f"BAL BAB{spw} SPP POL", header.cross_type.value),
        Attachment("autoData", autos, f"ANT BAB{spw} SPP POL"),
    )


def radiometer_attachments(header: RadiometerBdf) -> tuple[Attachment, ...]:
    """Return the attachments of the one subset of a radiometer file."""
    size = header.n_integrations * header.n_antennas * header.n_channels
    return (Attachment("autoData", size, "TIM ANT SPP POL"),)


def correlator_preamble(header: CorrelatorBdf) -> bytes:
    """Return everything of a correlator file before its first subset."""
    basebands = "".join(_baseband(f"BB_{number}", windows) for number, windows in header.basebands)
    struct = (
        f'<dataStruct xsi:type="CrossAndAutoData" apc="AP_UNCORRECTED">{basebands}'
        f"{_announced(correlator_attachments(header))}</dataStruct>"
    )
    body = _description(
        header,
        count='<dimensionality axes="TIM">1</dimensionality>',
        kind=("CROSS_AND_AUTO", header.spectral_resolution, "CORRELATOR"),
        struct=struct,
    )
    return _outer_start(header.data_uid, body)


def radiometer_preamble(header: RadiometerBdf) -> bytes:
    """Return everything of a radiometer file before its subset."""
    window = (
        '<spectralWindow sw="1" swbb="NOBB" sdPolProducts="XX" '
        f'numSpectralPoint="{header.n_channels}" numBin="1" sideband="NOSB"/>'
    )
    struct = (
        f'<dataStruct xsi:type="AutoDataOnly"><baseband name="NOBB">{window}</baseband>'
        f"{_announced(radiometer_attachments(header))}</dataStruct>"
    )
    body = _description(
        header,
        count=f"<numTime>{header.n_integrations}</numTime>",
        kind=("AUTO_ONLY", "FULL_RESOLUTION", "RADIOMETER"),
        struct=struct,
    )
    return _outer_start(header.data_uid, body)


def subset_start(path: str, *, mid_ns: int, interval_ns: int, attachments: Iterable[Attachment]) -> bytes:
    """Return the begin of a subset: the MIME lines and its XML header.

    Parameters
    ----------
    path : str
        Project path: ``eb/scan/subscan/integration/``, or three numbers where one subset holds all times.
    mid_ns, interval_ns : int, ns
        Middle and length of what the subset holds.
    attachments : iterable of Attachment
        Its binary parts in order.
    """
    parts = "".join(_subset_part(path, part) for part in attachments)
    text = (
        f'--{OUTER}\nContent-Type: Multipart/Related; boundary={INNER}; type="text/xml"\n'
        f"Content-Description: Data and metadata subset\n\n"
        f"--{INNER}\nContent-Type: text/xml; charset=ISO-8859-1\nContent-Location: {path}desc.xml\n\n"
        f'{DECLARATION}<sdmDataSubsetHeader {NAMESPACES} projectPath="{path}">'
        f"<schedulePeriodTime><time>{mid_ns}</time><interval>{interval_ns}</interval></schedulePeriodTime>"
        f'<dataStruct ref="sdmDataHeader"/>{parts}</sdmDataSubsetHeader>'
    )
    return text.encode("ascii")


def part_start(path: str, name: str) -> bytes:
    """Return the MIME lines before a binary part."""
    return (f"\n--{INNER}\nContent-Type: application/octet-stream\nContent-Location: {path}{name}.bin\n\n").encode(
        "ascii"
    )


def subset_end() -> bytes:
    """Return the MIME line that ends a subset."""
    return f"\n--{INNER}--\n".encode("ascii")


def file_end() -> bytes:
    """Return the last line of the file."""
    return f"--{OUTER}--\n".encode("ascii")


def _outer_start(data_uid: str, body: str) -> bytes:
    text = (
        f"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary={OUTER}\n"
        f"Content-Description: ALMA binary data\nContent-Location: {data_uid}\n\n"
        f"--{OUTER}\nContent-Type: text/xml; charset=ISO-8859-1\nContent-Location: sdmDataHeader.xml\n\n"
        f"{DECLARATION}{body}\n"
    )
    return text.encode("ascii")


def _description(header: CorrelatorBdf | RadiometerBdf, *, count: str, kind: tuple[str, str, str], struct: str) -> str:
    mode, resolution, processor = kind
    return (
        f'<sdmDataHeader {NAMESPACES} xv:schemaVersion="2" mainHeaderId="sdmDataHeader" '
        f'byteOrder="Little_Endian" projectPath="1/{header.scan}/{header.subscan}/">'
        f"<startTime>{to_ns(header.start_mjd_s)}</startTime>"
        f'<dataOID xlink:type="locator" xlink:href={quoteattr(header.data_uid)} xlink:title="data"/>'
        f"{count}"
        f'<execBlock xlink:href={quoteattr(header.exec_block_uid)} xlink:type="simple"/>'
        f"<numAntenna>{header.n_antennas}</numAntenna><correlationMode>{mode}</correlationMode>"
        f"<spectralResolution>{resolution}</spectralResolution><processorType>{processor}</processorType>"
        f"{struct}</sdmDataHeader>"
    )


def _baseband(name: str, windows: Iterable[BdfWindow]) -> str:
    inner = "".join(
        f'<spectralWindow sw="{number}" swbb="{name}" crossPolProducts="{" ".join(w.products)}" '
        f'sdPolProducts="{" ".join(_auto_products(w))}" scaleFactor="{w.scale_factor!r}" '
        f'numSpectralPoint="{w.n_channels}" numBin="1" sideband="{w.sideband}"/>'
        for number, w in enumerate(windows, start=1)
    )
    return f'<baseband name="{name}">{inner}</baseband>'


def _auto_products(window: BdfWindow) -> tuple[str, ...]:
    return ("XX", "XY", "YY") if len(window.products) == 4 else window.products


def _announced(attachments: Iterable[Attachment]) -> str:
    return "".join(f'<{a.name} size="{a.size}" axes="{a.axes}"{_normalized(a.name)}/>' for a in attachments)


def _normalized(name: str) -> str:
    return ' normalized="false"' if name == "autoData" else ""


def _subset_part(path: str, part: Attachment) -> str:
    kind = f' type="{part.subset_type}"' if part.subset_type else ""
    return f'<{part.name} xlink:href="{path}{part.name}.bin"{kind}/>'
