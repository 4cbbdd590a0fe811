"""Rebuilds the caption pipeline: `python -m caption_parser.models.building DATA OUT --teacher MODEL …`.

corpus → committee of teachers → treebank → training on perturbed surface forms → evaluation → model card.
"""
