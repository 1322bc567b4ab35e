"""Generated from proto/guard/v1 by proto/generate.py; not to be edited."""
