"""What a corpus held, what of it could be used, and what was left out and why."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from caption_parser.senses.corpora.inventory import KeyFault, KeyRepair, SenseInventory


@dataclass(slots=True)
class CorpusTally:
    """Counts of one pass over a corpus, complete when the last sentence has been read."""

    sentences: int = 0
    tokens: int = 0
    tagged: int = 0
    """Tokens to which the corpus gives a sense key."""
    usable: int = 0
    """Those with at least one key that WordNet 3.0 has, after repair."""
    repaired: Counter[KeyRepair] = field(default_factory=Counter)
    """Keys by what was repaired."""
    dropped: Counter[KeyFault] = field(default_factory=Counter)
    """Keys by what was wrong with them."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Lines without a sentence that can be read, by `readers.reasons.Reason`."""
    wordless: int = 0
    """Tokens passed over since they have no text."""

    def usable_keys(self, keys: Collection[str], inventory: SenseInventory) -> tuple[str, ...]:
        """Those of one token's keys that WordNet 3.0 has, repaired where they can be, each once; counted."""
        if not keys:
            return ()
        resolved: dict[str, None] = {}
        for key in keys:
            found = inventory.resolve(key)
            if isinstance(found, KeyFault):
                self.dropped[found] += 1
                continue
            if found.repair is not None:
                self.repaired[found.repair] += 1
            resolved[found.key] = None
        self.tagged += 1
        self.usable += bool(resolved)
        return tuple(resolved)
