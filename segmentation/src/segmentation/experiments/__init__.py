"""The tables of the paper, and their small versions, as named configurations that say what they should give."""
