"""Run folders: what a command made, from what, and how to open what it trained."""
