"""What every command line does around its command."""

import sys
import warnings

import pytest

from camara_qod.tools.command import run


@pytest.mark.parametrize(("options", "printed"), [([], 0), (["default"], 1)])
def test_warnings_of_libraries_are_printed_where_python_is_told_to(
    monkeypatch: pytest.MonkeyPatch, options: list[str], printed: int
) -> None:
    monkeypatch.setattr(sys, "warnoptions", options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(lambda: warnings.warn("a library's own matter", FutureWarning, stacklevel=1))
    assert len(caught) == printed
