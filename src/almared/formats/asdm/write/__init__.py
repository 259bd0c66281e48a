"""ASDM tables and binary data written: cells, whole tables, integrations."""
