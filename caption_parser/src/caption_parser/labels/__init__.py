"""From senses to the classes of a label space."""
