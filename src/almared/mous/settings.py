"""The settings in ``mous.toml``: one model per table; unknown keys are errors; only the uid is required.

In the file every quantity is a text with its unit; here it is a number with the unit in its name. Paths are relative to
the directory of the MOUS.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from almared.basics.quantities import Angle, Duration, FluxDensity, Frequency, Speed, parse_quantity
from almared.errors import InputError
from almared.mous.options import BY_KEY, CalibrationOption, OptionKind, command_words
from almared.names import Uid
from almared.physics.velocities import width_m_s

Part = Literal["extended", "compact", "7m"]


def _uid(text: object) -> str:
    try:
        return str(Uid.parse(str(text)))
    except InputError as error:
        raise ValueError(error.what) from error


def _pair(value: object) -> object:
    return (value, value) if isinstance(value, int) else value


UidText = Annotated[str, BeforeValidator(_uid)]
ImageSize = Annotated[tuple[Annotated[int, Field(ge=8)], Annotated[int, Field(ge=8)]], BeforeValidator(_pair)]


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if not limits[0] < limits[1]:
        raise ValueError("the first limit must be the smaller one")
    return limits


class Table(BaseModel):
    """A table of the file: frozen, unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProjectTable(Table):
    """Facts of the project for the README of the delivery.

    Parameters
    ----------
    cycle, code, title, pi : str
        Such as ``"2"``, ``"2013.1.00001.S"``.
    sb_name, configuration : str
        Name of the scheduling block, and configuration of the array (``"C34-4"``).
    science_goal, group : str
        Uids above that of the MOUS, empty when they are not known.
    """

    cycle: str = ""
    code: str = ""
    title: str = ""
    pi: str = ""
    sb_name: str = ""
    configuration: str = ""
    science_goal: UidText | Literal[""] = ""
    group: UidText | Literal[""] = ""


class LineRequest(Table):
    """A requested line.

    Parameters
    ----------
    name : str
        Such as ``"CO_1-0"``; used in the names of images.
    rest_frequency_hz : float, Hz
        ``rest_frequency``.
    channel_width_m_s : float, m/s, optional
        ``channel_width``, given as a speed or as a frequency.
    velocity_m_s : tuple of float, m/s, optional
        ``velocity``: first and last of the cube, LSRK and radio convention.
    """

    name: str = Field(min_length=1)
    rest_frequency_hz: Frequency = Field(alias="rest_frequency", gt=0.0)
    channel_width_m_s: float | None = Field(default=None, alias="channel_width", gt=0.0)
    velocity_m_s: Annotated[tuple[Speed, Speed], AfterValidator(_ordered)] | None = Field(
        default=None, alias="velocity"
    )

    @model_validator(mode="before")
    @classmethod
    def _width_as_speed(cls, values: Any) -> Any:
        """Convert a channel width given as a frequency to a velocity at the line."""
        if not isinstance(values, dict) or "channel_width" not in values:
            return values
        width = values["channel_width"]
        if isinstance(width, str) and width.strip().endswith("Hz") and "rest_frequency" in values:
            rest_hz = parse_quantity(values["rest_frequency"], "frequency")
            return {**values, "channel_width": width_m_s(parse_quantity(width, "frequency"), rest_hz)}
        return {**values, "channel_width": parse_quantity(width, "speed")}


class RequestTable(Table):
    """What the science goal requested.

    Parameters
    ----------
    rms_jy : float, Jy per beam, optional
        ``rms``.
    bandwidth_hz : float, Hz, optional
        ``bandwidth`` for which that rms is requested; without it that of the continuum.
    beam_rad : tuple of float, rad, optional
        ``beam``: smallest and largest beam that were requested (geometric mean of the axes).
    line : tuple of LineRequest
        Lines, each with ``[[request.line]]``.
    """

    rms_jy: FluxDensity | None = Field(default=None, alias="rms", gt=0.0)
    bandwidth_hz: Frequency | None = Field(default=None, alias="bandwidth", gt=0.0)
    beam_rad: Annotated[tuple[Angle, Angle], AfterValidator(_ordered)] | None = Field(default=None, alias="beam")
    line: tuple[LineRequest, ...] = ()


class ImagingTable(Table):
    """Settings that override the choices of the imaging.

    Parameters
    ----------
    fields : tuple of str
        Sources to image, all targets when empty.
    cell_rad : float, rad, optional
        ``cell``.
    imsize : tuple of int, optional
        One number for both sides, or two.
    robust : float, optional
        Of the Briggs weighting.
    weighting, gridder, phase_center : str
        CASA's own words; empty for the choice of the software.
    uv_taper_rad : float, rad, optional
        ``uv_taper``: width of a Gaussian on the sky.
    threshold_jy : float, Jy per beam, optional
        ``threshold`` at which cleaning stops.
    niter : int, optional
        Most iterations.
    continuum, cubes : bool
        Which images to make.
    keep_continuum : bool or tuple of str
        Cubes of all sources, or of those named, keep their continuum: for lines seen in absorption against it.
    masks : mapping of str to str
        Name of an image -> file of its mask; the others are masked automatically.
    pb_name : str
        Ending of the primary beams' FITS files: ``flux`` as the checklist has it, or ``pb`` as today.
    """

    fields: tuple[str, ...] = ()
    cell_rad: Angle | None = Field(default=None, alias="cell", gt=0.0)
    imsize: ImageSize | None = None
    robust: float | None = Field(default=None, ge=-2.0, le=2.0)
    weighting: Literal["", "natural", "uniform", "briggs", "briggsbwtaper"] = ""
    gridder: Literal["", "standard", "mosaic"] = ""
    phase_center: str = ""
    uv_taper_rad: Angle | None = Field(default=None, alias="uv_taper", gt=0.0)
    threshold_jy: FluxDensity | None = Field(default=None, alias="threshold", ge=0.0)
    niter: int | None = Field(default=None, ge=0)
    continuum: bool = True
    cubes: bool = True
    keep_continuum: bool | tuple[str, ...] = False
    masks: Mapping[str, str] = Field(default_factory=dict)
    pb_name: Literal["flux", "pb"] = "flux"


class CombineTable(Table):
    """How the execution blocks are put together.

    Parameters
    ----------
    scale : bool
        Whether to scale their fluxes to the weighted mean; false only concatenates.
    dirtol_rad : float, rad, optional
        ``dirtol``: pointings nearer than this are one field.
    catalogue : str, optional
        File of measurements of calibrators, relative to ``mous.toml``, shown next to the measured values.
    """

    scale: bool = True
    catalogue: str = ""
    dirtol_rad: Angle | None = Field(default=None, alias="dirtol", gt=0.0)


def _key_of(option: CalibrationOption) -> tuple[Any, Any]:
    """Return the type and pydantic field of the key of an option."""
    match option.kind:
        case OptionKind.NUMBER:
            return float | None, Field(default=None, ge=0.0)
        case OptionKind.DURATION:
            return Duration | None, Field(default=None, alias=option.key, ge=0.0)
        case OptionKind.FLUXES:
            return tuple[str, ...] | None, None
        case OptionKind.SWITCH | OptionKind.NEGATION:
            return bool | None, None
    return str | None, None


class PlanTable(
    create_model("_Options", __base__=Table, **{o.attribute: _key_of(o) for o in BY_KEY.values()})  # type: ignore[misc]
):
    """Options of ``almared plan``, as `almared.mous.options` declares them; options left out are chosen there.

    Turn off a switch that is on by default with ``false``: ``wvr = false`` is ``--no-wvr``.
    """

    def words(self, root: Path) -> tuple[str, ...]:
        """Return the arguments that pass these options to ``almared plan``; files are relative to the MOUS."""
        return command_words({name: getattr(self, name) for name in PlanTable.model_fields}, root=root)


class PlanTables(PlanTable):
    """The table ``[plan]``, and one for each execution block that differs, ``[plan.uid___A002_X1_X2]``.

    Parameters
    ----------
    eb : mapping of str to PlanTable
        By uid.
    """

    eb: Mapping[str, PlanTable] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: Any) -> Any:
        """Move the tables named by a uid under ``eb``."""
        if not isinstance(values, dict):
            return values
        of_ebs = {key: value for key, value in values.items() if str(key).startswith("uid")}
        rest = {key: value for key, value in values.items() if key not in of_ebs}
        if "eb" in rest:
            raise ValueError("name the table of an execution block after its uid, [plan.uid___A002_X1_X2]")
        return {**rest, "eb": {_uid(key): value for key, value in of_ebs.items()}}

    def for_eb(self, uid: Uid) -> PlanTable:
        """Return the options of one execution block, its own override the common ones."""
        own = self.eb.get(str(uid), PlanTable())
        given = {name: getattr(own, name) for name in own.model_fields_set}
        general = {name: getattr(self, name) for name in PlanTable.model_fields}
        found: PlanTable = PlanTable.model_construct(**{**general, **given})
        return found


class ReadmeTable(Table):
    """Text of the reducer for the README of the delivery.

    Parameters
    ----------
    comments : str
        Free text for the investigators.
    versions : str
        Why stages were run with different builds of CASA, if they were.
    missing : mapping of str to str
        Name of a requested line without a cube -> why.
    """

    comments: str = ""
    versions: str = ""
    missing: Mapping[str, str] = Field(default_factory=dict)


class MousSettings(Table):
    """All of ``mous.toml``.

    Parameters
    ----------
    uid : str
        Of the MOUS.
    part : str, optional
        ``extended``, ``compact`` or ``7m``: which part of a science goal this is.
    project, request, plan, combine, imaging, readme : Table
        The tables.
    """

    uid: UidText
    part: Part | None = None
    project: ProjectTable = ProjectTable()
    request: RequestTable = RequestTable()
    plan: PlanTables = PlanTables()
    combine: CombineTable = CombineTable()
    imaging: ImagingTable = ImagingTable()
    readme: ReadmeTable = ReadmeTable()
