"""Sense keys, `lemma%ss_type:lex_filenum:lex_id:head_word:head_id` as senseidx(5WN) defines them."""

SYNSET_TYPES = {"n": 1, "v": 2, "a": 3, "r": 4, "s": 5}


def format_sense_key(lemma: str, pos: str, lexname: int, lex_id: int, head: tuple[str, int] | None = None) -> str:
    """The sense key of a lemma; `lexname` is the number of its lexicographer file.

    `head` is the first lemma, and its lex_id, of an adjective satellite's head synset.
    """
    head_word, head_id = (head[0], f"{head[1]:02d}") if head else ("", "")
    return f"{lemma}%{SYNSET_TYPES[pos]}:{lexname:02d}:{lex_id:02d}:{head_word}:{head_id}".lower()
