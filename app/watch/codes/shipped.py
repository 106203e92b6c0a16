"""What is known without any import: CPV divisions and groups, the NUTS areas that are French
departments and regions. The official lists, imported, say more and take over.
"""

from pathlib import Path

from app.watch.areas import DEPARTMENTS, REGIONS
from app.watch.codes.domain import Code, CodeList
from app.watch.codes.reading import read_codes

_CPV = Path(__file__).with_name("cpv.csv")


def shipped(kind: CodeList) -> list[Code]:
    """The codes of a list that come with the service."""
    if kind is CodeList.CPV:
        return [code for code in read_codes(_CPV, kind) if isinstance(code, Code)]
    named = [("FR", "France")]
    named += [(region.nuts, region.name) for region in REGIONS.values()]
    named += [(one.nuts, one.name) for one in DEPARTMENTS.values() if one.nuts]
    return [Code(code, name, name) for code, name in named]
