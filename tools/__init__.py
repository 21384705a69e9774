"""What acts: CAMARA models and client, the interpreter, the LangChain tool, the mock operator."""

import logging

# bitsandbytes warns, where it is imported on a CPU with AVX-512, that an optional faster kernel is
# not installed: its own works, and a user has nothing to do. The level is set here since this comes
# before every import of that library.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
