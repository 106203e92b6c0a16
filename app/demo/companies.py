"""Eighteen invented creative companies of Saint-Étienne. Any likeness is by accident."""

from dataclasses import dataclass

from stdnum import luhn

from app.clusters.service import Company

CLUSTER_NAME = "La Grappe du Furan"
CLUSTER_SLUG = "furan"
MAIL_DOMAIN = "furan.example"
PASSWORD = "cerise-tuile-orage"  # noqa: S105 - shown at start, refused in production
COORDINATOR = f"coordination@{MAIL_DOMAIN}"
TREASURER = f"tresorerie@{MAIL_DOMAIN}"


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """A company: ``key`` names it in the story and in its person's mail address."""

    key: str
    name: str
    legal_form: str
    headcount: int
    skills: tuple[str, ...]

    @property
    def email(self) -> str:
        """The mail address of the person who acts for it."""
        return f"{self.key}@{MAIL_DOMAIN}"

    @property
    def siren(self) -> str:
        """An invented SIREN with a right check digit: real ones do not start with 000."""
        place = (*COMPANIES, CANDIDATE, TAKES_OVER).index(self)
        stem = f"000{place + 11:05d}"
        return stem + luhn.calc_check_digit(stem)

    def declared(self) -> Company:
        """What is declared of it."""
        return Company(
            name=self.name,
            siren=self.siren,
            legal_form=self.legal_form,
            city="Saint-Étienne",
            headcount=self.headcount,
            skills=self.skills,
        )


COMPANIES = (
    DemoCompany("bobine", "La Bobine Sonore", "SCIC", 14, ("programmation", "concerts")),
    DemoCompany("plomb", "Fil à Plomb Régie", "SCOP", 22, ("régie générale", "plateau")),
    DemoCompany("crassier", "Crassier Lumière", "SARL", 9, ("éclairage", "scénographie")),
    DemoCompany("passement", "Atelier Passement", "SCOP", 12, ("scénographie", "textile")),
    DemoCompany("ruban", "Ruban Numérique", "SAS", 17, ("sites web", "applications")),
    DemoCompany("recits", "Manufacture des Récits", "SCOP", 8, ("édition", "rédaction")),
    DemoCompany("furan", "Furan Films", "SARL", 11, ("captation", "documentaire")),
    DemoCompany("motifs", "Cité Motifs", "SAS", 6, ("design graphique", "signalétique")),
    DemoCompany("chevalement", "Théâtre du Chevalement", "association", 19, ("spectacle vivant",)),
    DemoCompany("puits", "Le Puits aux Idées", "SCIC", 13, ("médiation", "action culturelle")),
    DemoCompany("tram", "Tram 42 Événements", "SARL", 25, ("production", "logistique")),
    DemoCompany("bellevue", "Les Tables de Bellevue", "SCOP", 31, ("restauration", "bar")),
    DemoCompany("guichet", "Guichet Commun", "SAS", 7, ("billetterie", "données")),
    DemoCompany("accueil", "Accueil et Rondes du Forez", "SARL", 44, ("accueil", "sûreté")),
    DemoCompany("jacquard", "Jacquard Formation", "SCOP", 16, ("formation", "insertion")),
    DemoCompany("verte", "L'Étape Verte", "SARL", 5, ("bilan carbone", "mobilité")),
    DemoCompany("comptoir", "Comptoir des Chiffres", "SARL", 10, ("gestion", "paie")),
    DemoCompany("emploi", "Forez Coopérative d'Emploi", "SCOP", 86, ("portage", "entrepreneurs")),
)

CANDIDATE = DemoCompany("rotonde", "La Rotonde des Makers", "SCIC", 6, ("fabrication", "bois"))
"""Would join."""
TAKES_OVER = DemoCompany("quai", "SCIC du Quai", "SCIC", 0, ())
"""Was created for a concession, and is no member."""

BY_KEY = {company.key: company for company in COMPANIES}
