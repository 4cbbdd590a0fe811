"""`python -m caption_parser`: the command `capparse`, wherever its script is not on the path."""

from caption_parser.cli import main

if __name__ == "__main__":
    main()
