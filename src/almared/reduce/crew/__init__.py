"""Workers that run the jobs of a reduction: processes, Dask, batch systems."""
