"""Words of messages. Nothing is imported: `--help` needs them."""


def counted(number: int, what: str) -> str:
    """A number of things, for a person: "1 image", "1,200 images"; `what` in the singular."""
    return numbered(number, what, f"{what}s")


def numbered(number: int, one: str, many: str) -> str:
    """A number with what is said of it: "1 image has", "2 images have"."""
    return f"{number:,} {one if number == 1 else many}"
