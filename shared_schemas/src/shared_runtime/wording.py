"""Words of messages. Nothing is imported: `--help` needs them."""


def counted(number: int, what: str) -> str:
    """A number of things, for a person: "1 image", "1,200 images"; `what` in the singular."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
