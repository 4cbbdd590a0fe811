"""What a network makes of referring expressions, as one offline page: maps and masks beside images and truth."""
