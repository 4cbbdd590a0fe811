"""The caption pipeline that ships, and how it is rebuilt."""
