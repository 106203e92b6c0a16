"""Use cases of documents, split by noun."""

from app.documents.service.clauses import choose_clauses, edit_clause, library_of
from app.documents.service.issuing import PREFIX, files_to_keep, issue
from app.documents.service.signing import may_sign, sign

__all__ = [
    "PREFIX",
    "choose_clauses",
    "edit_clause",
    "files_to_keep",
    "issue",
    "library_of",
    "may_sign",
    "sign",
]
