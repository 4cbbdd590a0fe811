"""Base forms of inflected words, as WordNet's Morphy finds them: exceptions first, else suffix rules.

Source: morphy(7WN) of WordNet 3.0; the rules and their order are those of NLTK's `WordNetCorpusReader`, so that
both give the same base forms in the same order.
"""

from collections.abc import Callable, Sequence

SUFFIX_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "n": (
        ("s", ""),
        ("ses", "s"),
        ("ves", "f"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
        ("ies", "y"),
    ),
    "v": (
        ("s", ""),
        ("ies", "y"),
        ("es", "e"),
        ("es", ""),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
    ),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "r": (),
}
"""Per part of speech: an ending of the inflected form and the ending of the base form in its place."""
_INFLECTED = {pos: tuple(inflected for inflected, _ in rules) for pos, rules in SUFFIX_RULES.items()}
"""The endings alone: most forms that are looked up have none of them."""


def base_forms(
    form: str, pos: str, exceptions: Sequence[str] | None, exists: Callable[[str], bool]
) -> tuple[str, ...]:
    """All base forms of `form` that exist, `form` itself first where it does.

    `exceptions` are the base forms of an irregular form; None: it is regular and the rules of `pos` apply.
    The rules are applied once and to the end of the form only, also in forms of several words.
    """
    if exceptions is not None:
        candidates = [form, *exceptions]
    elif form.endswith(_INFLECTED[pos]):
        rules = SUFFIX_RULES[pos]
        bases = [form.removesuffix(inflected) + base for inflected, base in rules if form.endswith(inflected)]
        candidates = [form, *bases]
    else:
        return (form,) if exists(form) else ()
    return tuple(candidate for candidate in dict.fromkeys(candidates) if exists(candidate))
