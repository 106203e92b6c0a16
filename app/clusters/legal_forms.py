"""Legal forms in words, from INSEE's codes (nomenclature des catégories juridiques, level III).

Our own short list of what joins a cluster. A SCIC has no code of its own: it is an "autre
coopérative" of its form, among others.
"""

_FORMS: dict[str, tuple[str, ...]] = {
    "EI": ("1000",),
    "SNC": ("5202", "5203"),
    "SCS": ("5306", "5307"),
    "SCA": ("5308", "5309"),
    "SARL": ("5410", "5415", "5499"),
    "EURL": ("5498",),
    "SELARL": ("5485",),
    "SARL SCOP": ("5458",),
    "SARL coopérative": ("5443", "5451", "5453", "5455", "5459", "5460"),
    "SA": ("5505", "5510", "5515", "5599", "5605", "5610", "5615", "5699"),
    "SA SCOP": ("5558", "5658"),
    "SA coopérative": ("5551", "5553", "5555", "5559", "5560", "5651", "5653", "5655", "5660"),
    "SELAFA": ("5585", "5685"),
    "SAS": ("5710",),
    "SASU": ("5720",),
    "SELAS": ("5785",),
    "SE": ("5800",),
    "GEIE": ("6210",),
    "GIE": ("6220",),
    "SCI": ("6540",),
    "SCM": ("6589",),
    "Société civile": ("6599",),
    "Société civile coopérative": ("6560",),
    "Commune": ("7210",),
    "EPIC": ("4110", "4120", "4140"),
    "GIP": ("7410",),
    "Association non déclarée": ("9210",),
    "Association 1901": ("9220",),
    "Association d'insertion": ("9221",),
    "Association intermédiaire": ("9222",),
    "Groupement d'employeurs": ("9223",),
    "Association reconnue d'utilité publique": ("9230",),
    "Association de droit local": ("9260",),
    "Fondation": ("9300",),
}

_BY_CODE = {code: form for form, codes in _FORMS.items() for code in codes}


def legal_form(code: object) -> str | None:
    """The form that a code stands for; None for one that is not in our list."""
    return _BY_CODE.get(code) if isinstance(code, str) else None
