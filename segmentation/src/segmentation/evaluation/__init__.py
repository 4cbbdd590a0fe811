"""How good masks are: one confusion matrix over a whole set, and what follows from it."""
