"""Choices of the combination of execution blocks."""
