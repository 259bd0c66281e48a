"""setjy knows Solar-System bodies by the very name of the field: why numbered names get the flux of our table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.builders import SCIENCE, Setup, build_eb, usual_looks

from almared.heuristics.calibration.flux import choose_flux_model

pytestmark = pytest.mark.casa

TWICE = """
import json
from casatools import measures, simulator
from casatasks import setjy
sim, me = simulator(), measures()
sim.open("bodies.ms")
sim.setconfig(telescopename="ALMA", x=[2225077.0, 2225177.0], y=[-5440058.0] * 2, z=[-2481690.0, -2481600.0],
              dishdiameter=[12.0] * 2, mount=["alt-az"] * 2, antname=["DA41", "DA42"], padname=["A1", "A2"],
              coordsystem="global", referencelocation=me.observatory("ALMA"))
sim.setspwindow(spwname="s", freq="97GHz", deltafreq="1MHz", freqresolution="1MHz", nchannels=1, stokes="XX YY")
sim.setfeed(mode="perfect X Y", pol=[""])
sim.setlimits(shadowlimit=0.001, elevationlimit="-90deg")
sim.setauto(autocorrwt=0.0)
sim.settimes(integrationtime="10s", usehourangle=False, referencetime=me.epoch("UTC", "57113.0d"))
for name in ("Uranus", "Uranus_2"):
    sim.setfield(sourcename=name, sourcedirection=me.direction("J2000", "0h0m0s", "-20d0m0s"))
for name in ("Uranus", "Uranus_2"):
    sim.observe(name, "s", starttime="0s", stoptime="10s")
sim.close()
found = {}
for field, name in enumerate(("Uranus", "Uranus_2")):
    try:
        told = setjy(vis="bodies.ms", field=name, standard="Butler-JPL-Horizons 2012", usescratch=True)
        found[name] = float(told[str(field)]["0"]["fluxd"][0])
    except Exception as error:
        found[name] = str(error)
print("RESULT" + json.dumps(found))
"""


def test_numbered_body(casa_child: Any, tmp_path: Path) -> None:
    stdout = casa_child(TWICE, cwd=tmp_path).stdout
    found = json.loads(next(line for line in stdout.splitlines() if line.startswith("RESULT"))[6:])
    assert "No componentlist" in str(found["Uranus_2"])
    eb = build_eb(usual_looks("Uranus_2"), Setup(start=57113 * 86400.0))
    law = choose_flux_model(eb, 1, spw_ids=SCIENCE).value.power_law
    assert law is not None
    # setjy takes degrees of latitude for radians, which is up to 2.3 % of Uranus's flux.
    assert law.at(97e9) == pytest.approx(found["Uranus"], rel=0.03)
