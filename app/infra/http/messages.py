"""What Pydantic refuses, said in French: people read it, programs read the code beside it."""

from collections.abc import Mapping
from typing import Any

_PLURAL = {
    "string_too_short": ("Il faut {min_length} caractère{s} au moins.", "min_length"),
    "string_too_long": ("Il y a {max_length} caractère{s} au plus.", "max_length"),
    "too_short": ("Il faut {min_length} élément{s} au moins.", "min_length"),
    "too_long": ("Il y a {max_length} élément{s} au plus.", "max_length"),
}
_SAID = {
    "missing": "Ce champ manque.",
    "extra_forbidden": "Ce champ n'existe pas ici.",
    "string_type": "Il faut un texte.",
    "string_pattern_mismatch": "Ce texte n'a pas la forme attendue.",
    "int_type": "Il faut un nombre entier.",
    "int_parsing": "Il faut un nombre entier.",
    "int_from_float": "Il faut un nombre entier.",
    "int_parsing_size": "Ce nombre est démesuré.",
    "bool_type": "Il faut « true » ou « false ».",
    "bool_parsing": "Il faut « true » ou « false ».",
    "list_type": "Il faut une liste.",
    "dict_type": "Il faut un objet.",
    "model_type": "Il faut un objet.",
    "model_attributes_type": "Il faut un objet.",
    "none_required": "Il faut « null ».",
    "greater_than": "Il faut plus de {gt}.",
    "greater_than_equal": "Il faut {ge} au moins.",
    "less_than": "Il faut moins de {lt}.",
    "less_than_equal": "Il faut {le} au plus.",
    "enum": "Il faut l'une de ces valeurs : {expected}.",
    "literal_error": "Il faut l'une de ces valeurs : {expected}.",
    "union_tag_invalid": "Il faut l'une de ces valeurs : {expected_tags}.",
    "union_tag_not_found": "Ce champ manque : {discriminator}.",
    "date_type": "Il faut un jour, comme « 2026-03-31 ».",
    "date_parsing": "Il faut un jour, comme « 2026-03-31 ».",
    "date_from_datetime_parsing": "Il faut un jour, comme « 2026-03-31 ».",
    "date_from_datetime_inexact": "Il faut un jour, comme « 2026-03-31 », sans heure.",
    "datetime_type": "Il faut un instant, comme « 2026-03-31T12:00:00+02:00 ».",
    "datetime_parsing": "Il faut un instant, comme « 2026-03-31T12:00:00+02:00 ».",
    "datetime_from_date_parsing": "Il faut un instant, comme « 2026-03-31T12:00:00+02:00 ».",
    "timezone_aware": "Il manque le décalage horaire, comme « +02:00 » ou « Z ».",
}


def in_french(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """What to do about a value that Pydantic refused for ``kind``; never the value itself.

    ``message`` is Pydantic's own, which stands when there is no better: our own validators speak
    French already. ``context`` holds the bounds.
    """
    said, bound = _PLURAL.get(kind, ("", ""))
    if bound in context:
        return said.format(**context, s="s" if context[bound] > 1 else "")
    if kind in _SAID:
        return _SAID[kind].format(**context).replace("' or '", "' ou '")
    return message.removeprefix("Value error, ")
