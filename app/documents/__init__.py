"""Documents of joint answers: the library of clauses, what is issued, and who has signed it."""
