"""Which errors say that there is too little memory: torch and NumPy have several, none of a type of its own."""

_PHRASES = ("out of memory", "allocate memory", "not enough memory", "bad_alloc")


def is_memory_shortage(error: Exception) -> bool:
    """Whether `error` means that memory ran out, on the CPU or on a device."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(phrase in text for phrase in _PHRASES)
