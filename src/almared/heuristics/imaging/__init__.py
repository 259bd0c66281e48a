"""Choices of the imaging."""
