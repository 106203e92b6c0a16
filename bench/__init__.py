"""How much of the machine the product leaves to its users: ``make bench``.

Lists are measured as a share of a floor, in the same run: the least code that could give the
same JSON of the same rows (Starlette, asyncpg, JSON made by PostgreSQL, no sign-in, no row
security). Times differ from machine to machine; the share hardly does.
"""
