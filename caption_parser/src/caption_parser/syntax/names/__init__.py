"""Names: whom or what they show, by the words around them."""
