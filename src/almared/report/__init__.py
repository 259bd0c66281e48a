"""The QA2 report: measured numbers, figures and tables, each item on its own."""
