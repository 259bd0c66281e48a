"""Thresholds of finding lines."""

from almared.heuristics.thresholds.threshold import Threshold

LINE_CLIP = Threshold(4.5, "", "ours: sigmas; a false line in a window of 4000 channels once in forty")
LINE_WINGS = Threshold(1.0, "", "ours: sigmas; a line reaches as far as the spectrum is beyond it")
LINE_SLOPE = Threshold(0.3, "", "ours: part of its level by which a continuum changes over a window at most")
LINE_GUARD = Threshold(0.1, "", "ours: part of its width that is kept free on each side of a line, beyond its wings")
LINE_EDGE = Threshold(0.02, "", "ours: part of a window at each end, where its response falls")
LINE_LEAST_RUN = Threshold(0.01, "", "ours: part of a window; shorter remains between lines are no continuum")
LINE_NOISY_CHANNEL = Threshold(1.5, "", "ours: noise over the window's median in lines of the atmosphere")
LINE_TELLURIC_MOST = Threshold(0.3, "", "ours: part of a window; wider atmospheric lines are reported, not left out")
