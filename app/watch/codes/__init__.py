"""Code lists: what CPV and NUTS codes mean, in French and in English."""
