"""What acts: CAMARA models and client, the interpreter, the LangChain tool, the mock operator."""
