"""Scene graphs: the objects of a caption, their attributes, and the relations between them."""
