"""Relations between the nouns of a parse: who does what to what, what is where, and what belongs to what."""
