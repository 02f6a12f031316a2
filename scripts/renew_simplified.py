"""Write anew the table of traditional characters and their simplified forms.

Usage: python scripts/renew_simplified.py

The table comes from OpenCC (Apache License 2.0), which the tests compare it with.
"""

from pathlib import Path

from opencc import OpenCC

PATH = Path(__file__).parents[1] / "govopen_analytics" / "base" / "simplified.txt"


def simplified_forms() -> dict[str, str]:
    """Map each traditional character to its simplified form, one to one."""
    characters = [chr(code) for code in range(0x3400, 0xA000)]
    # Not "t2s": Hong Kong's forms (衞) are traditional characters of another kind.
    simplified = OpenCC("hk2s").convert("\n".join(characters)).split("\n")
    table = dict(zip(characters, simplified, strict=True))
    return {
        character: table.get(simple, simple)  # 薴 is 苧 first, then 苎
        for character, simple in table.items()
        if len(simple) == 1 and simple != character
    }


if __name__ == "__main__":
    forms = simplified_forms()
    lines = ["".join(forms), "".join(forms.values())]
    PATH.write_text("\n".join([*lines, ""]), encoding="utf-8")
