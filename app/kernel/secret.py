"""Whether a secret looks as if it was drawn at random. No entropy can be measured in one draw:
these rules catch what people write, not what a poor generator gives."""

MIN_LENGTH = 32
MIN_SIGNS = 8
"""Distinct characters; 32 random hexadecimal digits have fewer once in a million."""

KNOWN_WORDS = (
    *("changeme", "changethis", "changezmoi", "replaceme", "yoursecret", "placeholder"),
    *("password", "motdepasse", "secretkey", "supersecret", "notasecret", "insecure"),
    *("default", "donotuse", "example", "letmein", "qwerty", "azerty", "123456", "abcdef"),
)
"""What examples, and the lists of whoever guesses, are made of."""
KNOWN_PASSWORDS = {"", "postgres", "grappe", "secret", "admin", "root", "test", "demo", "pass"}


def weakness(secret: str) -> str | None:
    """Why a secret may be guessed; None when it may not."""
    if len(secret) < MIN_LENGTH:
        return f"needs {MIN_LENGTH} characters at least"
    if is_known(secret):
        return "is made of words that everybody tries: make it random (openssl rand -hex 32)"
    # Three characters in a row hardly ever come twice in what was drawn.
    parts = len(secret) - 2
    distinct = len({secret[at : at + 3] for at in range(parts)})
    if len(set(secret)) < MIN_SIGNS or distinct < parts * 3 // 4:
        return "repeats itself: make it random (openssl rand -hex 32)"
    return None


def is_known(secret: str) -> bool:
    """Whether a secret is on everybody's list, whatever its case and punctuation."""
    plain = "".join(sign for sign in secret.lower() if sign.isalnum())
    return plain in KNOWN_PASSWORDS or any(word in plain for word in KNOWN_WORDS)
