"""OAuth 2 of an operator, as CAMARA's Security and Interoperability Profile asks for it."""
