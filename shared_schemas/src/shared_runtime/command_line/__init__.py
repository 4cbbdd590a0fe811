"""Command lines that start at once, fail with one message, and show how far they are; needs typer and rich."""
