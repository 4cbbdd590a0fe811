"""For maintainers: what word lists of labels are reviewed from."""
