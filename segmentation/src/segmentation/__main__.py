"""`python -m segmentation`, so that `accelerate launch -m segmentation …` starts several processes."""

from segmentation.cli import main

if __name__ == "__main__":
    main()
