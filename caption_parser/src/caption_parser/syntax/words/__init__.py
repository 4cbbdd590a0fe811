"""What single words are, wherever they stand: closed classes, and what WordNet says of others."""
