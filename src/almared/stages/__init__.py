"""One stage of a MOUS each: planned from what is on disk, written as a script, run."""
