import pytest

from shared_schemas import Kind, LabelClass, LabelSpace


@pytest.fixture(scope="session")
def pets() -> LabelSpace:
    """Five foreground classes and one background class."""
    names = {"dog": 18, "hot dog": 58, "bear": 23, "teddy bear": 88, "cell phone": 77}
    foreground = (
        LabelClass(id=number, name=name, category_id=category_id, phrases=(name,))
        for number, (name, category_id) in enumerate(names.items(), 1)
    )
    grass = LabelClass(id=6, name="grass", kind=Kind.BACKGROUND, synsets=("grass.n.01",))
    return LabelSpace(name="pets", classes=(*foreground, grass))
