"""Label files as tables: their columns, and frames, tables of Arrow and data sets made of them."""
