"""The items of the report, one module each; `ALL` lists them in the order of the page."""
