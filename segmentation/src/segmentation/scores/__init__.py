"""What masks are made from: heatmaps on cells of images, and what every source of them promises."""
