"""Referring expressions with what they refer to, of several data sets, as one contract."""
