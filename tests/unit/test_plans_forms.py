"""The forms by which plans are read: each is asked for, and each question has one."""

import re
from pathlib import Path

import yaml

from govopen_analytics import plans
from govopen_analytics.plans.vocabulary import Forms, section

FOLDER = Path(plans.__file__).parent
FORMS = yaml.safe_load((FOLDER / "forms.yml").read_text("utf-8"))


def asked_for(name: str) -> set[str]:
    code = (FOLDER / f"{name}.py").read_text("utf-8")
    tables = re.findall(r'FORMS\.table\(\s*"(\w+)"', code)
    return {*re.findall(r"FORMS\.(?!table\b)(\w+)", code), *tables}


def test_every_form_that_a_module_asks_for_can_be_made():
    for name, forms in FORMS.items():
        for form in asked_for(name):
            entry = forms[form] if form in forms else section(form)
            is_table = isinstance(entry, list) and isinstance(entry[0], list)
            made = Forms(name).table(form) if is_table else getattr(Forms(name), form)
            assert made


def test_no_form_is_without_use():
    text = (FOLDER / "forms.yml").read_text("utf-8")
    references = set(re.findall(r"\{([a-z_]+)\}", text))
    references |= set(re.findall(r"\{[a-z_]+\.([a-z_]+)\}", text))
    unused = {
        f"{name}.{form}"
        for name, forms in FORMS.items()
        for form in set(forms) - asked_for(name) - references
    }
    assert unused == set()
