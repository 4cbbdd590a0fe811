"""What captions say is not there."""

from shared_schemas.labels import ImageLabels
from shared_schemas.mentions import Flag


def denied_classes(record: ImageLabels) -> frozenset[int]:
    """Ids of the classes that captions say are not there ("no people"), and none says are."""
    asserted = {label.id for label in (*record.foreground, *record.background)}
    denied = {mention.label for mention in record.mentions if Flag.NEGATED in mention.flags}
    return frozenset(class_id for class_id in denied if class_id is not None and class_id not in asserted)
