"""Real execution blocks rebuilt from the text of listobs."""
