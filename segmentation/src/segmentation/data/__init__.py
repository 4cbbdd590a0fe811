"""Images, label files and ground truth, as arrays and samples."""
