"""The tree of a MOUS made, and its ASDMs put in."""
