"""Views for people: tables for the terminal, one offline page of pictures."""
