"""From image labels to heatmaps: the localization network of Vilar & Perez (2021), Section III-B."""
