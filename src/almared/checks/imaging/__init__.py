"""Checks of the images, on their entries of images.json."""
