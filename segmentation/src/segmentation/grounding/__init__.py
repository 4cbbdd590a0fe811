"""A visual-semantic embedding as a grounding model, in the localizer's place (Vilar & Perez, Table 8)."""
