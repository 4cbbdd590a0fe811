"""What an ImageNet classifier knows about the classes of a label space, found through WordNet."""
