"""The questions an inspector answers on site, as every form asks them."""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field of a form: its column in corrections, its heading, how it is asked."""

    key: str
    label: str
    widget: str
    choices: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def questions() -> tuple[Question, ...]:
    """Give the questions of the form, in order.

    Returns
    -------
    tuple of Question
        One for each column of answers that corrections have.
    """
    file = importlib.resources.files("geo_rectify.outputs").joinpath("answers.toml")
    fields = tomllib.loads(file.read_text(encoding="utf-8"))["field"]
    return tuple(
        Question(
            key=field["key"],
            label=field["label"],
            widget=field["widget"],
            choices=tuple(field.get("choices", ())),
        )
        for field in fields
    )
