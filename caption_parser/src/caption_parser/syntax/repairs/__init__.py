"""Parses that no grammar or dictionary allows, read again: rules over a `TreeDraft`."""
