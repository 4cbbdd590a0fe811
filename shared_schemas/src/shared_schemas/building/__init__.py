"""How label spaces that ship are made of the category files of data sets."""
