"""Several execution blocks of a MOUS on one flux scale and in one MS."""
