"""What the command line may print as an error is told in Chinese too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from geo_rectify import errors

PACKAGE = Path(errors.__file__).parent
OURS = {
    name
    for name in vars(errors)
    if name.endswith("Error") and name not in {"TableError", "GeoRectifyError"}
}
ROOMS = ("bundle", "catalogue", "cli", "drawing", "places", "plans", "outputs")
IN_CHINESE_ALONE = {"outputs/_typeset.py"}


@pytest.mark.parametrize("room", ROOMS)
def test_every_error_of_a_room_is_told_in_chinese(room):
    silent = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if path.relative_to(PACKAGE).as_posix() not in IN_CHINESE_ALONE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id in OURS
        and not any(word.arg == "chinese" for word in node.exc.keywords)
    ]
    assert silent == []
