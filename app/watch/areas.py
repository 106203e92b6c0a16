"""French departments and regions: names, NUTS codes, neighbours. Their clocks are in ``zones``.

INSEE codes since the regions of 2016 (CGCT L4111-1), NUTS 2021 (regulation (EU) 2019/1755): a
department is a NUTS 3 area, a region a NUTS 1 area, a region overseas a NUTS 2 one. The
collectivities overseas (975, 977, 978, 984, 986, 987, 988) have no region, and no NUTS code.

Neighbours share a border on land, or a point of one (the four departments where the Verdon meets
the Durance); the mouth of the Seine, which a bridge crosses, counts as land.
"""

from dataclasses import dataclass

_TABLE = """\
84 FRK Auvergne-Rhône-Alpes
  01 FRK21 Ain: 38 39 69 71 73 74
  03 FRK11 Allier: 18 23 42 58 63 71
  07 FRK22 Ardèche: 26 30 38 42 43 48 84
  15 FRK12 Cantal: 12 19 43 46 48 63
  26 FRK23 Drôme: 04 05 07 38 84
  38 FRK24 Isère: 01 05 07 26 42 69 73
  42 FRK25 Loire: 03 07 38 43 63 69 71
  43 FRK13 Haute-Loire: 07 15 42 48 63
  63 FRK14 Puy-de-Dôme: 03 15 19 23 42 43
  69 FRK26 Rhône: 01 38 42 71
  73 FRK27 Savoie: 01 05 38 74
  74 FRK28 Haute-Savoie: 01 73
27 FRC Bourgogne-Franche-Comté
  21 FRC11 Côte-d’Or: 10 39 52 58 70 71 89
  25 FRC21 Doubs: 39 70 90
  39 FRC22 Jura: 01 21 25 70 71
  58 FRC12 Nièvre: 03 18 21 45 71 89
  70 FRC23 Haute-Saône: 21 25 39 52 88 90
  71 FRC13 Saône-et-Loire: 01 03 21 39 42 58 69
  89 FRC14 Yonne: 10 21 45 58 77
  90 FRC24 Territoire de Belfort: 25 68 70 88
53 FRH Bretagne
  22 FRH01 Côtes-d’Armor: 29 35 56
  29 FRH02 Finistère: 22 56
  35 FRH03 Ille-et-Vilaine: 22 44 49 50 53 56
  56 FRH04 Morbihan: 22 29 35 44
24 FRB Centre-Val de Loire
  18 FRB01 Cher: 03 23 36 41 45 58
  28 FRB02 Eure-et-Loir: 27 41 45 61 72 78 91
  36 FRB03 Indre: 18 23 37 41 86 87
  37 FRB04 Indre-et-Loire: 36 41 49 72 86
  41 FRB05 Loir-et-Cher: 18 28 36 37 45 72
  45 FRB06 Loiret: 18 28 41 58 77 89 91
94 FRM Corse
  2A FRM01 Corse-du-Sud: 2B
  2B FRM02 Haute-Corse: 2A
44 FRF Grand Est
  08 FRF21 Ardennes: 02 51 55
  10 FRF22 Aube: 21 51 52 77 89
  51 FRF23 Marne: 02 08 10 52 55 77
  52 FRF24 Haute-Marne: 10 21 51 55 70 88
  54 FRF31 Meurthe-et-Moselle: 55 57 67 88
  55 FRF32 Meuse: 08 51 52 54 88
  57 FRF33 Moselle: 54 67
  67 FRF11 Bas-Rhin: 54 57 68 88
  68 FRF12 Haut-Rhin: 67 88 90
  88 FRF34 Vosges: 52 54 55 67 68 70 90
32 FRE Hauts-de-France
  02 FRE21 Aisne: 08 51 59 60 77 80
  59 FRE11 Nord: 02 62 80
  60 FRE22 Oise: 02 27 76 77 80 95
  62 FRE12 Pas-de-Calais: 59 80
  80 FRE23 Somme: 02 59 60 62 76
11 FR1 Île-de-France
  75 FR101 Paris: 92 93 94
  77 FR102 Seine-et-Marne: 02 10 45 51 60 89 91 93 94 95
  78 FR103 Yvelines: 27 28 91 92 95
  91 FR104 Essonne: 28 45 77 78 92 94
  92 FR105 Hauts-de-Seine: 75 78 91 93 94 95
  93 FR106 Seine-Saint-Denis: 75 77 92 94 95
  94 FR107 Val-de-Marne: 75 77 91 92 93
  95 FR108 Val-d’Oise: 27 60 77 78 92 93
28 FRD Normandie
  14 FRD11 Calvados: 27 50 61 76
  27 FRD21 Eure: 14 28 60 61 76 78 95
  50 FRD12 Manche: 14 35 53 61
  61 FRD13 Orne: 14 27 28 50 53 72
  76 FRD22 Seine-Maritime: 14 27 60 80
75 FRI Nouvelle-Aquitaine
  16 FRI31 Charente: 17 24 79 86 87
  17 FRI32 Charente-Maritime: 16 24 33 79 85
  19 FRI21 Corrèze: 15 23 24 46 63 87
  23 FRI22 Creuse: 03 18 19 36 63 87
  24 FRI11 Dordogne: 16 17 19 33 46 47 87
  33 FRI12 Gironde: 17 24 40 47
  40 FRI13 Landes: 32 33 47 64
  47 FRI14 Lot-et-Garonne: 24 32 33 40 46 82
  64 FRI15 Pyrénées-Atlantiques: 32 40 65
  79 FRI33 Deux-Sèvres: 16 17 49 85 86
  86 FRI34 Vienne: 16 36 37 49 79 87
  87 FRI23 Haute-Vienne: 16 19 23 24 36 86
76 FRJ Occitanie
  09 FRJ21 Ariège: 11 31 66
  11 FRJ11 Aude: 09 31 34 66 81
  12 FRJ22 Aveyron: 15 30 34 46 48 81 82
  30 FRJ12 Gard: 07 12 13 34 48 84
  31 FRJ23 Haute-Garonne: 09 11 32 65 81 82
  32 FRJ24 Gers: 31 40 47 64 65 82
  34 FRJ13 Hérault: 11 12 30 81
  46 FRJ25 Lot: 12 15 19 24 47 82
  48 FRJ14 Lozère: 07 12 15 30 43
  65 FRJ26 Hautes-Pyrénées: 31 32 64
  66 FRJ15 Pyrénées-Orientales: 09 11
  81 FRJ27 Tarn: 11 12 31 34 82
  82 FRJ28 Tarn-et-Garonne: 12 31 32 46 47 81
52 FRG Pays de la Loire
  44 FRG01 Loire-Atlantique: 35 49 56 85
  49 FRG02 Maine-et-Loire: 35 37 44 53 72 79 85 86
  53 FRG03 Mayenne: 35 49 50 61 72
  72 FRG04 Sarthe: 28 37 41 49 53 61
  85 FRG05 Vendée: 17 44 49 79
93 FRL Provence-Alpes-Côte d’Azur
  04 FRL01 Alpes-de-Haute-Provence: 05 06 13 26 83 84
  05 FRL02 Hautes-Alpes: 04 26 38 73
  06 FRL03 Alpes-Maritimes: 04 83
  13 FRL04 Bouches-du-Rhône: 04 30 83 84
  83 FRL05 Var: 04 06 13 84
  84 FRL06 Vaucluse: 04 07 13 26 30 83
01 FRY1 Guadeloupe
  971 FRY10 Guadeloupe:
02 FRY2 Martinique
  972 FRY20 Martinique:
03 FRY3 Guyane
  973 FRY30 Guyane:
04 FRY4 La Réunion
  974 FRY40 La Réunion:
06 FRY5 Mayotte
  976 FRY50 Mayotte:
- - Collectivités d’outre-mer
  975 - Saint-Pierre-et-Miquelon:
  977 - Saint-Barthélemy:
  978 - Saint-Martin:
  984 - Terres australes et antarctiques françaises:
  986 - Wallis-et-Futuna:
  987 - Polynésie française:
  988 - Nouvelle-Calédonie:
"""
"""A region (INSEE code, NUTS code, name), and under it its departments with their neighbours."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department, or a collectivity overseas: ``region`` and ``nuts`` are then ``None``."""

    code: str
    name: str
    region: str | None
    nuts: str | None
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A region and its departments, in the order of their codes."""

    code: str
    name: str
    nuts: str
    departments: tuple[str, ...]


def _read(table: str) -> tuple[dict[str, Department], dict[str, Region]]:
    departments: dict[str, Department] = {}
    headings: list[tuple[str, str, str]] = []
    for line in table.splitlines():
        code, nuts, rest = line.split(maxsplit=2)
        if not line.startswith(" "):
            headings.append((code, nuts, rest))
            continue
        name, _, neighbours = rest.partition(":")
        region = headings[-1][0]
        departments[code] = Department(
            code=code,
            name=name,
            region=None if region == "-" else region,
            nuts=None if nuts == "-" else nuts,
            neighbours=tuple(neighbours.split()),
        )
    regions = {
        code: Region(
            code, name, nuts, tuple(d.code for d in departments.values() if d.region == code)
        )
        for code, nuts, name in headings
        if code != "-"
    }
    return dict(sorted(departments.items())), dict(sorted(regions.items()))


DEPARTMENTS, REGIONS = _read(_TABLE)


def departments_of(region: str) -> tuple[str, ...]:
    """The departments of a region's INSEE code; none when no region bears it."""
    found = REGIONS.get(region)
    return found.departments if found else ()


def around(department: str) -> tuple[str, ...]:
    """A department and its neighbours, in the order of codes; none when it is not one."""
    found = DEPARTMENTS.get(department)
    return tuple(sorted((department, *found.neighbours))) if found else ()


def nuts_of(department: str) -> str | None:
    """The NUTS 3 code of a department; ``None`` overseas where the Union's regions end."""
    found = DEPARTMENTS.get(department)
    return found.nuts if found else None


def departments_of_nuts(prefix: str) -> tuple[str, ...]:
    """The departments in a NUTS area of any level (``FR``, ``FRE``, ``FRE1``, ``FRE11``).

    None when it is not French, or when nothing in France bears it (``FRZ``, or a code of before
    2016).
    """
    if not prefix.startswith("FR"):
        return ()
    return tuple(d.code for d in DEPARTMENTS.values() if d.nuts and d.nuts.startswith(prefix))
