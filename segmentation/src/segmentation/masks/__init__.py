"""From heatmaps to pseudo-masks: Vilar & Perez, Section III-C, Algorithm 1."""
