"""The one training loop of the package: seeded, resumable to the bit, on one or several devices."""
