"""Runs over files: grouping by image, worker processes, atomic and resumable output."""
