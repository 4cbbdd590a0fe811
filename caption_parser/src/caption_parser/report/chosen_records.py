"""The records of a few images, by what the images are called."""

from collections.abc import Iterable, Iterator, Sequence

from caption_parser.captions import file_name_of
from shared_runtime.errors import UsageError
from shared_runtime.wording import counted
from shared_schemas import ImageLabels
from shared_schemas.errors import did_you_mean, shown

_COMPARED = 10_000
"""Images whose names a wrong one is compared with."""
_NAMED = 5
_NEAR = 100
"""How far numbers lie apart at most that are called alike."""


def chosen_records(records: Iterable[ImageLabels], images: Sequence[str], where: str) -> Iterator[ImageLabels]:
    """The records of `images`, ids or file names, in the order of `records`, read no further than needed.

    `where` names what is read. Raises `UsageError`, after those that there are, for an image that is not there,
    with those that are called alike. A number is meant however many zeros it begins with: masks are named so.
    """
    wanted = dict.fromkeys(images)
    known: dict[str, None] = {}
    number = 0
    for number, record in enumerate(records, 1):
        names = str(record.image_id), file_name_of(record)
        if number <= _COMPARED:
            known |= dict.fromkeys(names if record.file_name else names[:1])
        number_of = str(record.image_id) if isinstance(record.image_id, int) else None
        if found := [name for name in wanted if name in names or (number_of and _plain(name) == number_of)]:
            yield record
            for name in found:
                del wanted[name]
            if not wanted:
                return
    for name in wanted:
        near = _called_alike(name, known)
        hint = f" Called alike: {', '.join(near)}" if near else did_you_mean(name, known)
        first = f" The first are called {', '.join(list(known)[:_NAMED])}" if known and not hint else ""
        raise UsageError(
            f"--image: got {shown(name)}, expected one of {counted(number, 'image')} in {where}.{hint}{first}"
        )


def _called_alike(name: str, known: Iterable[str]) -> list[str]:
    """Those of the names that hold `name`, or that it holds; of numbers, those next to it."""
    if not name:
        return []
    if name.isdecimal():
        numbers = sorted((one for one in known if one.isdecimal()), key=lambda one: abs(int(one) - int(name)))
        return sorted((one for one in numbers[:_NAMED] if abs(int(one) - int(name)) <= _NEAR), key=int)
    alike = (one for one in known if name.casefold() in one.casefold() or (len(one) > 1 and one in name))
    return [one for one, _ in zip(alike, range(_NAMED), strict=False)]


def _plain(name: str) -> str:
    """A number without the zeros before it."""
    return name.lstrip("0") or "0" if name.isdecimal() else name
