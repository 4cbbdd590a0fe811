"""Plural forms of English words and phrases, for baselines that know no morphology but this."""

IRREGULAR = {
    "person": ("people", "persons"),
    "child": ("children",),
    "foot": ("feet",),
    "fish": ("fishes",),
    "tooth": ("teeth",),
    "goose": ("geese",),
    "mouse": ("mice", "mouses"),
    "louse": ("lice",),
    "ox": ("oxen",),
    "calf": ("calves",),
    "half": ("halves",),
    "knife": ("knives",),
    "leaf": ("leaves",),
    "life": ("lives",),
    "loaf": ("loaves",),
    "scarf": ("scarves", "scarfs"),
    "sheaf": ("sheaves",),
    "shelf": ("shelves",),
    "thief": ("thieves",),
    "wife": ("wives",),
    "wolf": ("wolves",),
}
"""Plurals that no rule gives; a word that ends in one of these ("grandchild") forms its plural as it does."""

INVARIABLE = frozenset(
    "sheep deer cattle people aircraft watercraft livestock skis scissors broccoli luggage".split()
)
"""Words that stand for one and for many."""

NOT_MEN = frozenset("caiman german human ottoman roman shaman talisman".split())
"""Words in -man that are no compounds of "man"."""

_WHOLE_WORD_ONLY = frozenset({"ox", "leaf", "half", "louse"})
"""Irregular words that other words end in by chance ("fox", "blouse", "behalf", "overleaf")."""


def plural_forms(phrase: str) -> tuple[str, ...]:
    """The plural forms of a lower-case word or phrase, that of its last word: "wine glass" → "wine glasses".

    A word that is plural or invariable already has none. Where two spellings are in use, both are given.
    """
    stem, space, word = phrase.rpartition(" ")
    return tuple(f"{stem}{space}{form}" for form in _word_plurals(word))


def _word_plurals(word: str) -> tuple[str, ...]:
    if word in INVARIABLE:
        return ()
    for singular, forms in IRREGULAR.items():
        if word == singular or (word.endswith(singular) and singular not in _WHOLE_WORD_ONLY):
            stem = word.removesuffix(singular)
            return tuple(stem + form for form in forms)
    if word.endswith("man") and word not in NOT_MEN:
        return (word.removesuffix("man") + "men",)
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return (word[:-1] + "ies",)
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word + "es",)
    if word.endswith("o") and word[-2:-1] not in tuple("aeiou"):
        return (word + "s", word + "es")
    return (word + "s",)
