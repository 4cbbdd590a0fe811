"""Training of sense models; needs torch and transformers (`capparse[train]`)."""
