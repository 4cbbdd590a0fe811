"""The one training loop of the package: seeded, resumable (on CPUs to the bit), on one or several devices."""
